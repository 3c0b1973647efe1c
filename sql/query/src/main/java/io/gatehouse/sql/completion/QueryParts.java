package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.CursorContext.Expected;
import io.gatehouse.sql.completion.FromRelations.Source;
import io.gatehouse.sql.completion.TextPart.Cursor;
import io.gatehouse.sql.completion.TextPart.Group;
import io.gatehouse.sql.completion.TextPart.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parts of one SELECT, without the WITH before it and the set operations around it. */
record QueryParts(List<TextPart> parts) {
    private static final List<String> NOT_ALIASES = List.of("END", "NULL", "TRUE", "FALSE", "DISTINCT", "ALL");

    QueryParts {
        parts = List.copyOf(parts);
    }

    /** Returns the SELECT, among several, that contains the cursor. */
    static QueryParts around(List<TextPart> parts) {
        List<TextPart> query = new ArrayList<>();
        boolean found = false;
        for (TextPart part : parts) {
            if (Clause.isSetOperation(part)) {
                if (found) {
                    break;
                }
                query.clear();
            } else {
                query.add(part);
                found = found || holdsCursor(part);
            }
        }
        List<String> quantifiers = List.of("ALL", "DISTINCT");
        return new QueryParts(
                !query.isEmpty() && query.get(0).isOneOf(quantifiers) ? query.subList(1, query.size()) : query);
    }

    static boolean holdsCursor(TextPart part) {
        return part instanceof Cursor || (part instanceof Group group && group.holdsCursor());
    }

    static int cursorIndex(List<TextPart> parts) {
        for (int i = 0; i < parts.size(); i++) {
            if (holdsCursor(parts.get(i))) {
                return i;
            }
        }
        return parts.size();
    }

    Clause clauseAt(int index) {
        Clause clause = Clause.START;
        for (int i = 0; i < index; i++) {
            clause = Clause.begunBy(parts.get(i), before(i)).orElse(clause);
            if (clause == Clause.FROM && parts.get(i).isOneOf(List.of("ON", "USING"))) {
                clause = Clause.JOIN_CONDITION;
            } else if (clause == Clause.JOIN_CONDITION && parts.get(i).isOneOf(FromRelations.BETWEEN)) {
                clause = Clause.FROM;
            }
        }
        return clause;
    }

    private Optional<TextPart> before(int index) {
        return index == 0 ? Optional.empty() : Optional.of(parts.get(index - 1));
    }

    /** The parts of a clause without its first word. */
    List<TextPart> clause(Clause wanted) {
        List<TextPart> found = new ArrayList<>();
        boolean inside = false;
        for (int i = 0; i < parts.size(); i++) {
            Optional<Clause> begun = Clause.begunBy(parts.get(i), before(i));
            if (begun.isPresent()) {
                inside = begun.get() == wanted;
            } else if (inside) {
                found.add(parts.get(i));
            }
        }
        return found;
    }

    /** Returns the aliases of the SELECT items. */
    List<String> aliases() {
        return items().stream()
                .filter(item -> item.size() > 1 && isAliased(item) && !isMeasure(item))
                .map(item -> ((Word) item.get(item.size() - 1)).name())
                .toList();
    }

    /** Returns the names of the columns, as far as they are known without the catalog. */
    List<String> columns() {
        return items().stream()
                .filter(item -> item.get(item.size() - 1) instanceof Word last && last.isName() && !isMeasure(item))
                .map(item -> ((Word) item.get(item.size() - 1)).name())
                .toList();
    }

    /**
     * The measures that the items of SELECT define.
     *
     * @param text of the statement
     */
    List<Source.Measure> measures(String text) {
        return items().stream()
                .filter(QueryParts::isMeasure)
                .map(item -> new Source.Measure(
                        ((Word) item.get(item.size() - 1)).name(),
                        "measure: "
                                + text.substring(
                                        item.get(0).start(),
                                        item.get(item.size() - 4).end())))
                .toList();
    }

    /** expression AS MEASURE name. */
    private static boolean isMeasure(List<TextPart> item) {
        int size = item.size();
        return size > 3
                && item.get(size - 1) instanceof Word name
                && name.isName()
                && item.get(size - 2).is("MEASURE")
                && item.get(size - 3).is("AS");
    }

    private List<List<TextPart>> items() {
        List<List<TextPart>> items = new ArrayList<>();
        List<TextPart> item = new ArrayList<>();
        for (TextPart part : clause(Clause.SELECT)) {
            if (part.is(",")) {
                items.add(List.copyOf(item));
                item.clear();
            } else {
                item.add(part);
            }
        }
        items.add(item);
        return items.stream()
                .filter(parts -> !parts.isEmpty() && parts.stream().noneMatch(QueryParts::holdsCursor))
                .toList();
    }

    private static boolean isAliased(List<TextPart> item) {
        if (!(item.get(item.size() - 1) instanceof Word last) || !last.isName() || last.isOneOf(NOT_ALIASES)) {
            return false;
        }
        TextPart before = item.get(item.size() - 2);
        return before.is("AS")
                || before instanceof Group
                || (before instanceof Word word && word.kind() != Word.Kind.SYMBOL && !Expected.operandAfter(word));
    }
}
