package io.gatehouse.sql.completion;

import io.gatehouse.client.Column;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.completion.FromRelations.Source.Field;
import io.gatehouse.sql.completion.TextPart.Group;
import io.gatehouse.sql.completion.TextPart.Word;
import io.gatehouse.sql.plan.MeasureDefinitions;
import io.gatehouse.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Reads the relations of a possibly incomplete FROM clause. */
final class FromRelations {
    /** What stands between two relations. */
    static final List<String> BETWEEN =
            List.of(",", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL", "LATERAL");

    static final List<String> QUERY_WORDS = List.of("SELECT", "WITH", "FROM", "VALUES", "TABLE");

    private static final List<String> CONDITION_WORDS = List.of("ON", "USING");
    private static final int MAX_SOURCES = 20;

    private final String text;
    private final Catalog catalog;

    /** The columns of a query, if it can be read. */
    private final Function<String, Optional<List<Column>>> queries;

    private final WithItems with;

    FromRelations(String text, Catalog catalog, Function<String, Optional<List<Column>>> queries, WithItems with) {
        this.text = text;
        this.catalog = catalog;
        this.queries = queries;
        this.with = with;
    }

    List<Source> of(List<TextPart> from) {
        List<Source> sources = new ArrayList<>();
        boolean relation = true;
        int at = 0;
        while (at < from.size() && sources.size() < MAX_SOURCES) {
            TextPart part = from.get(at);
            if (part.isOneOf(BETWEEN)) {
                relation = true;
                at++;
            } else if (!relation || part instanceof TextPart.Cursor || part.isOneOf(CONDITION_WORDS)) {
                relation = false;
                at++;
            } else {
                at = read(from, at, sources);
                relation = false;
            }
        }
        return sources;
    }

    /** Reads one relation and its alias; returns the index after it. */
    private int read(List<TextPart> from, int start, List<Source> sources) {
        int at = start + 1;
        TextPart first = from.get(start);
        boolean call = first instanceof Word && at < from.size() && from.get(at) instanceof Group;
        at += call ? 1 : 0;
        if (at + 1 < from.size() && from.get(at).is("WITH")) {
            at += 2;
        }
        at += at < from.size() && from.get(at).is("AS") ? 1 : 0;
        Optional<String> alias = Optional.empty();
        if (at < from.size() && from.get(at) instanceof Word word && isAlias(word)) {
            alias = Optional.of(word.name());
            at++;
        }
        List<String> names = List.of();
        if (alias.isPresent() && at < from.size() && from.get(at) instanceof Group group) {
            names = WithItems.names(group);
            at++;
        }
        if (first instanceof Group joined && !joined.begins(QUERY_WORDS) && alias.isEmpty()) {
            sources.addAll(of(joined.parts()));
            return at;
        }
        Optional<TableFunction> function = call ? catalog.findFunction(((Word) first).name()) : Optional.empty();
        String own = first instanceof Word word && (!call || function.isPresent()) ? word.name() : "";
        List<Field> columns =
                call ? Field.of(function.map(TableFunction::columns).orElse(List.of())) : columns(first);
        List<Source.Measure> measures = call ? List.of() : measures(first);
        sources.add(new Source(alias.orElse(own), alias.isPresent(), renamed(columns, names), measures));
        return at;
    }

    private static boolean isAlias(Word word) {
        return word.isName() && !word.isOneOf(BETWEEN) && !word.isOneOf(CONDITION_WORDS);
    }

    private List<Field> columns(TextPart relation) {
        if (relation instanceof Group query) {
            return queries.apply(with.written(text) + "SELECT * FROM " + text.substring(query.start(), query.end())
                            + " AS q")
                    .map(Field::of)
                    .orElseGet(() -> untyped(query));
        }
        String name = relation instanceof Word word ? word.name() : "";
        Optional<WithItems.Item> item = with.find(name);
        return item.isPresent()
                ? columns(item.get())
                : catalog.relations().stream()
                        .filter(known -> known.name().equalsIgnoreCase(name))
                        .findFirst()
                        .map(known -> Field.of(known.columns()))
                        .orElse(List.of());
    }

    private List<Source.Measure> measures(TextPart relation) {
        if (relation instanceof Group query) {
            return select(query).measures(text);
        }
        String name = relation instanceof Word word ? word.name() : "";
        return with.find(name).map(item -> select(item.body()).measures(text)).orElseGet(() -> Source.Measure.of(name));
    }

    private List<Field> columns(WithItems.Item item) {
        return queries.apply(
                        with.written(text) + "SELECT * FROM \"" + item.name().replace("\"", "\"\"") + "\"")
                .map(Field::of)
                .orElseGet(() -> renamed(untyped(item.body()), item.columns()));
    }

    /** Returns the columns named in the SELECT list of a query that cannot be parsed as a whole. */
    private static List<Field> untyped(Group query) {
        return select(query).columns().stream().map(Field::untyped).toList();
    }

    private static QueryParts select(Group query) {
        List<TextPart> parts = query.parts();
        return new QueryParts(parts.subList(WithItems.read(parts).rest(), parts.size()));
    }

    private static List<Field> renamed(List<Field> columns, List<String> names) {
        return IntStream.range(0, Math.max(columns.size(), names.size()))
                .mapToObj(i -> i >= names.size() ? columns.get(i) : renamed(columns, i, names.get(i)))
                .toList();
    }

    private static Field renamed(List<Field> columns, int index, String name) {
        return index < columns.size() ? new Field(name, columns.get(index).type(), "") : Field.untyped(name);
    }

    /**
     * A relation of FROM.
     *
     * @param name what columns are called by: its alias, or else its name; empty for none
     * @param aliased whether that name was given here
     * @param measures those that the relation has of its own, or its query defines
     */
    record Source(String name, boolean aliased, List<Field> columns, List<Measure> measures) {
        /**
         * A column.
         *
         * @param type empty if only the name is known
         * @param comment unit and meaning; empty when none is known
         */
        record Field(String name, Optional<SqlType> type, String comment) {
            static List<Field> of(List<Column> columns) {
                return columns.stream()
                        .map(column -> new Field(column.name(), Optional.of(column.type()), column.comment()))
                        .toList();
            }

            static Field untyped(String name) {
                return new Field(name, Optional.empty(), "");
            }

            /** The type and the comment. */
            String detail() {
                String name = type.map(SqlType::toString).orElse("");
                return comment.isEmpty() ? name : name + ": " + comment;
            }
        }

        /**
         * An aggregate with a name.
         *
         * @param note what it says, or how it is made
         */
        record Measure(String name, String note) {
            /** Those of a relation of the file. */
            static List<Measure> of(String relation) {
                return MeasureDefinitions.of(relation).stream()
                        .map(measure -> new Measure(
                                measure.name(), "measure of %s: %s".formatted(measure.relation(), measure.note())))
                        .toList();
            }
        }

        Source {
            columns = List.copyOf(columns);
            measures = List.copyOf(measures);
        }
    }
}
