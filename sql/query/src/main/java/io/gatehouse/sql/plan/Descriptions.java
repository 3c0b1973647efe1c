package io.gatehouse.sql.plan;

import io.gatehouse.sql.catalog.Catalog;
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

    /** Describes the columns of a stored relation, followed by its measures. */
    static Plan relation(String stored) {
        return Plan.ofNames(withMeasures("DESCRIBE " + Literals.name(stored), MeasureDefinitions.of(stored)), COLUMNS);
    }

    /** Describes an analysis view in the same way. */
    static Plan view(String name, Planner.Query all) {
        return Plan.ofNames(withMeasures(described(all), MeasureDefinitions.of(name)), COLUMNS);
    }

    static Plan columns(Planner.Query query) {
        return Plan.ofNames("SELECT * FROM (%s)".formatted(described(query)), COLUMNS, query);
    }

    private static String described(Planner.Query query) {
        return "DESCRIBE SELECT * FROM %s".formatted(query.relation());
    }

    private static String withMeasures(String described, List<MeasureDefinitions.Definition> measures) {
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
        FunctionNote.find(name.getSimple())
                .ifPresent(note -> note.forms().forEach(form -> forms.add(form(note.name(), form, note.comment()))));
        MeasureDefinitions.named(name.getSimple())
                .forEach(measure -> forms.add(form(
                        measure.name(),
                        "AGGREGATE(%s) FROM %s".formatted(measure.name(), measure.relation()),
                        measure.note())));
        if (forms.isEmpty()) {
            throw StatementErrors.invalid(name, Suggestions.unknownFunction(name.getSimple()));
        }
        String rows = String.join(", ", forms);
        return Plan.ofNames(
                "SELECT * FROM (VALUES %s) AS \"functions\"".formatted(rows),
                List.of("function_name", "form", "description"));
    }

    private static String form(String name, String form, String comment) {
        return "(%s, %s, %s)".formatted(Literals.text(name), Literals.text(form), Literals.text(comment));
    }

    /**
     * EXPLAIN: the logical plan and the written SQL, as key-value rows like DuckDB's own. Parameters need values only
     * to run the query.
     */
    static Plan explained(Planner.Query query, EngineSql sql) {
        String rows = rows(query, sql).stream()
                .map(row -> "(%s, %s)".formatted(Literals.text(row.get(0)), Literals.text(row.get(1))))
                .collect(Collectors.joining(", "));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"explained\"".formatted(rows), EXPLANATION);
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
