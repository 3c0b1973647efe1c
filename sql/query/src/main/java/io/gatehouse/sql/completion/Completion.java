package io.gatehouse.sql.completion;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.completion.CursorContext.Expected;
import io.gatehouse.sql.completion.FromRelations.Source;
import io.gatehouse.sql.completion.FromRelations.Source.Field;
import io.gatehouse.sql.completion.Suggestion.Kind;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.parse.Keywords;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Suggests completions at a position in a statement. */
public final class Completion {
    private static final List<String> TYPES = List.of(
            "BIGINT",
            "BOOLEAN",
            "DATE",
            "DECIMAL",
            "DOUBLE",
            "FLOAT",
            "INTEGER",
            "SMALLINT",
            "TIME",
            "TIMESTAMP",
            "VARCHAR");

    private final Catalog catalog;
    private final Function<String, Optional<List<Column>>> queries;

    /** @param queries the columns of a query; empty if it cannot be read */
    public Completion(Catalog catalog, Function<String, Optional<List<Column>>> queries) {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.queries = requireNonNull(queries, "queries is null");
    }

    /** Whether a text holds nothing but blanks and comments. */
    public static boolean isEmpty(String text) {
        return PartialText.Words.of(text).list().isEmpty();
    }

    /** Returns suggestions for the cursor before the character at an index, likeliest first. */
    public List<Suggestion> at(String text, int offset) {
        return PartialText.read(text, offset)
                .map(partial -> suggestions(text, partial))
                .orElse(List.of());
    }

    private List<Suggestion> suggestions(String text, PartialText partial) {
        CursorContext context = CursorContext.of(partial.whole());
        TextPart.Cursor cursor = partial.cursor();
        Candidates candidates = new Candidates(partial.typed(), cursor);
        if (context.qualifier().isPresent()) {
            columnsOf(context, text, context.qualifier().get())
                    .forEach(column -> candidates.add(Kind.COLUMN, Keywords.quoted(column.name()), column.detail()));
            return candidates.best();
        }
        switch (context.expected()) {
            case RELATION -> relations(context, candidates);
            case OPERAND -> operands(context, text, candidates);
            case TYPE -> TYPES.forEach(type -> candidates.add(Kind.KEYWORD, type, ""));
            case NEW_NAME -> {
                return List.of();
            }
            case BEGIN -> Keywords.beginning().forEach(word -> candidates.add(Kind.KEYWORD, word, ""));
            case KEYWORD -> {}
        }
        if (context.expected() != Expected.TYPE && context.expected() != Expected.BEGIN) {
            Keywords.after(text.substring(partial.whole().start(), cursor.start()))
                    .forEach(keyword -> candidates.add(Kind.KEYWORD, keyword, ""));
        }
        return candidates.best();
    }

    private void relations(CursorContext context, Candidates candidates) {
        context.with().items().forEach(item -> candidates.add(Kind.CTE, Keywords.quoted(item.name()), "WITH query"));
        catalog.relations().forEach(relation -> candidates.add(Kind.TABLE, relation.name(), relation.comment()));
        functions(true, candidates);
    }

    private static void functions(boolean tables, Candidates candidates) {
        FunctionNote.all().stream()
                .filter(note -> note.isTable() == tables)
                .forEach(note ->
                        candidates.add(Kind.FUNCTION, note.name(), note.forms().get(0) + ": " + note.comment()));
    }

    private void operands(CursorContext context, String text, Candidates candidates) {
        List<Source> near = sources(context, text, context.queries().get(0));
        columns(near.isEmpty() ? everything() : near, !near.isEmpty(), candidates);
        context.queries()
                .get(0)
                .aliases()
                .forEach(alias -> candidates.add(Kind.ALIAS, Keywords.quoted(alias), "of SELECT"));
        near.stream()
                .filter(Source::aliased)
                .forEach(source -> candidates.add(Kind.ALIAS, Keywords.quoted(source.name()), "of FROM"));
        context.queries().stream()
                .skip(1)
                .flatMap(query -> sources(context, text, query).stream())
                .forEach(source -> columns(List.of(source), true, candidates));
        measures(
                near.isEmpty() ? everything() : near,
                context.caller().stream().anyMatch(part -> part.is("AGGREGATE")),
                candidates);
        functions(false, candidates);
    }

    /** Adds measures as calls, qualified by their relation if several have the same name. */
    private static void measures(List<Source> sources, boolean inside, Candidates candidates) {
        Map<String, Long> times = sources.stream()
                .flatMap(source -> source.measures().stream())
                .collect(Collectors.groupingBy(Source.Measure::name, Collectors.counting()));
        for (Source source : sources) {
            for (Source.Measure measure : source.measures()) {
                String name = times.getOrDefault(measure.name(), 0L) > 1
                        ? Keywords.quoted(source.name()) + "." + measure.name()
                        : measure.name();
                candidates.add(Kind.MEASURE, inside ? name : "AGGREGATE(%s)".formatted(name), measure.note());
            }
        }
    }

    /** Adds columns, qualified by their relation if several have the same name. */
    private static void columns(List<Source> sources, boolean qualify, Candidates candidates) {
        Map<String, Long> times = sources.stream()
                .flatMap(source -> source.columns().stream())
                .collect(Collectors.groupingBy(Field::name, LinkedHashMap::new, Collectors.counting()));
        for (Source source : sources) {
            for (Field column : source.columns()) {
                boolean several = qualify
                        && times.getOrDefault(column.name(), 0L) > 1
                        && !source.name().isEmpty();
                String name = Keywords.quoted(column.name());
                candidates.add(
                        Kind.COLUMN, several ? Keywords.quoted(source.name()) + "." + name : name, column.detail());
            }
        }
    }

    private List<Source> everything() {
        return catalog.relations().stream()
                .map(relation -> new Source(
                        relation.name(), false, Field.of(relation.columns()), Source.Measure.of(relation.name())))
                .toList();
    }

    private Stream<Field> columnsOf(CursorContext context, String text, String qualifier) {
        return context.queries().stream()
                .flatMap(query -> sources(context, text, query).stream())
                .filter(source -> source.name().equalsIgnoreCase(qualifier))
                .limit(1)
                .flatMap(source -> source.columns().stream());
    }

    private List<Source> sources(CursorContext context, String text, QueryParts query) {
        return new FromRelations(text, catalog, queries, context.with()).of(query.clause(Clause.FROM));
    }
}
