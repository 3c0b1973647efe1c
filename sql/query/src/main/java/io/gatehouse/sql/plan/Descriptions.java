package io.gatehouse.sql.plan;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.Example;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.parse.Literals;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.sql.parse.Suggestions;
import io.gatehouse.sql.write.EngineSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.sql.SqlExplainLevel;
import org.apache.calcite.sql.SqlIdentifier;

/** EXPLAIN, DESCRIBE, SUMMARIZE and SHOW, with the columns that DuckDB gives them. */
final class Descriptions {
    private static final List<String> COLUMNS =
            List.of("column_name", "column_type", "null", "key", "default", "extra");
    private static final List<String> SUMMARY = List.of(
            "column_name",
            "column_type",
            "min",
            "max",
            "approx_unique",
            "avg",
            "std",
            "q25",
            "q50",
            "q75",
            "count",
            "null_percentage");

    private static final List<String> FUNCTIONS = List.of("function_name", "form", "description");

    private static final List<String> EXAMPLES = List.of("topic", "title", "description", "statement");

    private static final List<String> EXPLANATION = List.of("explain_key", "explain_value");

    private Descriptions() {}

    /** Lists the relations that users can name. */
    static Plan tables(Catalog catalog) {
        String rows = catalog.relations().stream()
                .map(relation -> "(%s)".formatted(Literals.text(relation.name())))
                .sorted()
                .collect(Collectors.joining(", "));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"tables\"".formatted(rows), List.of("name"));
    }

    /** Lists what can be called, table functions first. */
    static Plan functions() {
        List<String> rows = new ArrayList<>();
        FunctionNote.all().stream().filter(FunctionNote::isTable).forEach(note -> rows.addAll(forms(note)));
        MeasureDefinitions.all().forEach(measure -> rows.add(form(measure)));
        FunctionNote.all().stream().filter(note -> !note.isTable()).forEach(note -> rows.addAll(forms(note)));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"functions\"".formatted(String.join(", ", rows)), FUNCTIONS);
    }

    /** Lists statements to start from. */
    static Plan examples() {
        String rows = Example.all().stream()
                .map(example -> "(%s, %s, %s, %s)"
                        .formatted(
                                Literals.text(example.group()),
                                Literals.text(example.title()),
                                Literals.text(example.about()),
                                Literals.text(example.sql())))
                .collect(Collectors.joining(", "));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"examples\"".formatted(rows), EXAMPLES);
    }

    /** Describes the columns of a stored relation, with their meanings as extra, followed by its measures. */
    static Plan relation(Relation stored) {
        String described = "DESCRIBE " + Literals.name(stored.name());
        return Plan.ofNames(withMeasures(withMeanings(described, stored.columns()), stored.name()), COLUMNS);
    }

    /** Describes an analysis view in the same way. */
    static Plan view(Relation view, Planner.Query all) {
        return Plan.ofNames(withMeasures(withMeanings(described(all), view.columns()), view.name()), COLUMNS);
    }

    /** Describes the columns of what a table function returns. */
    static Plan result(TableFunction function) {
        String rows = function.columns().stream()
                .map(column -> "(%s, %s, %s, NULL, NULL, %s)"
                        .formatted(
                                Literals.text(column.name()),
                                Literals.text(column.type().toString()),
                                Literals.text(column.nullable() ? "YES" : "NO"),
                                Literals.text(column.comment())))
                .collect(Collectors.joining(", "));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"columns\"".formatted(rows), COLUMNS);
    }

    static Plan columns(Planner.Query query) {
        return Plan.ofNames("SELECT * FROM (%s)".formatted(described(query)), COLUMNS, query);
    }

    private static String described(Planner.Query query) {
        return "DESCRIBE SELECT * FROM %s".formatted(query.relation());
    }

    private static String withMeanings(String described, List<Column> columns) {
        String meanings = columns.stream()
                .filter(column -> !column.comment().isEmpty())
                .map(column ->
                        " WHEN %s THEN %s".formatted(Literals.text(column.name()), Literals.text(column.comment())))
                .collect(Collectors.joining());
        return meanings.isEmpty()
                ? described
                : "SELECT * REPLACE (CASE \"column_name\"%s END AS \"extra\") FROM (%s)".formatted(meanings, described);
    }

    private static String withMeasures(String described, String relation) {
        List<MeasureDefinitions.Definition> measures = MeasureDefinitions.of(relation);
        if (measures.isEmpty()) {
            return "SELECT * FROM (%s)".formatted(described);
        }
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < measures.size(); i++) {
            MeasureDefinitions.Definition measure = measures.get(i);
            rows.append("\nUNION ALL SELECT %s, 'MEASURE', 'YES', NULL, NULL, %s, 1, %s"
                    .formatted(Literals.text(measure.name()), Literals.text(measure.note()), i));
        }
        return """
                SELECT * EXCLUDE ("part", "place")
                FROM (SELECT *, 0 AS "part", row_number() OVER () AS "place" FROM (%s)%s)
                ORDER BY "part", "place\"""".formatted(described, rows);
    }

    static Plan summary(Planner.Query query) {
        return Plan.ofDuckDb(
                "SELECT * FROM (SUMMARIZE SELECT * FROM %s)".formatted(query.relation()), SUMMARY, List.of(), query);
    }

    /** Describes how a function or a measure is called and what it returns. */
    static Plan function(SqlIdentifier name) {
        List<String> forms = new ArrayList<>();
        FunctionNote.find(name.getSimple()).ifPresent(note -> forms.addAll(forms(note)));
        MeasureDefinitions.named(name.getSimple()).forEach(measure -> forms.add(form(measure)));
        if (forms.isEmpty()) {
            throw StatementErrors.invalid(name, Suggestions.unknownFunction(name.getSimple()));
        }
        return Plan.ofNames(
                "SELECT * FROM (VALUES %s) AS \"functions\"".formatted(String.join(", ", forms)), FUNCTIONS);
    }

    private static List<String> forms(FunctionNote note) {
        return note.forms().stream()
                .map(form -> form(note.name(), form, note.comment()))
                .toList();
    }

    private static String form(MeasureDefinitions.Definition measure) {
        return form(
                measure.name(), "AGGREGATE(%s) FROM %s".formatted(measure.name(), measure.relation()), measure.note());
    }

    private static String form(String name, String form, String comment) {
        return "(%s, %s, %s)".formatted(Literals.text(name), Literals.text(form), Literals.text(comment));
    }

    /**
     * EXPLAIN: the logical plan and the written SQL, as key-value rows like DuckDB's own. It has the parameters of
     * the query, and the same answer for all values.
     */
    static Plan explained(Planner.Query query, EngineSql sql) {
        String rows = rows(query, sql).stream()
                .map(row -> "(%s, %s)".formatted(Literals.text(row.get(0)), Literals.text(row.get(1))))
                .collect(Collectors.joining(", "));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"explained\"".formatted(rows), EXPLANATION, query);
    }

    /** EXPLAIN ANALYZE: the same, and DuckDB's profile of the complete run. */
    static Plan analyzed(Planner.Query query, long planningNanos) {
        List<List<String>> preface = rows(query, EngineSql.DUCKDB);
        preface.add(List.of("planning", String.format(Locale.ROOT, "%.2f ms", planningNanos / 1e6)));
        return Plan.ofDuckDb("EXPLAIN ANALYZE " + query.sql(), EXPLANATION, preface, query);
    }

    private static List<List<String>> rows(Planner.Query query, EngineSql sql) {
        String algebra = RelOptUtil.toString(query.algebra(), SqlExplainLevel.EXPPLAN_ATTRIBUTES);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("logical_plan", algebra.stripTrailing()));
        rows.add(List.of("rollup", query.rollup()));
        rows.add(List.of(sql.engine().toLowerCase(Locale.ROOT) + "_sql", query.sql()));
        return rows;
    }
}
