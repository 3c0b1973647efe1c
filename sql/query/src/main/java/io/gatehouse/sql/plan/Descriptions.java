package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.Quotes;
import io.gatehouse.sql.parse.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlIdentifier;

/** DESCRIBE, SUMMARIZE and SHOW, with the columns that DuckDB gives them. */
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

    private Descriptions() {}

    /** The relations that can be asked, and no others of the file. */
    static Plan tables(Catalog catalog) {
        String rows = catalog.relations().stream()
                .map(relation -> "(%s)".formatted(Quotes.text(relation.name())))
                .sorted()
                .collect(Collectors.joining(", "));
        return Plan.ofNames("SELECT * FROM (VALUES %s) AS \"tables\"".formatted(rows), List.of("name"));
    }

    /** The columns of a relation of the file, and after them its measures with what they say. */
    static Plan relation(String stored) {
        return Plan.ofNames(withMeasures("DESCRIBE " + Quotes.name(stored), MeasureDefinitions.of(stored)), COLUMNS);
    }

    /** The same of an analysis view. */
    static Plan view(String name, PlannedQuery all) {
        return Plan.ofNames(withMeasures(described(all), MeasureDefinitions.of(name)), COLUMNS);
    }

    static Plan columns(PlannedQuery query) {
        return Plan.ofNames("SELECT * FROM (%s)".formatted(described(query)), COLUMNS, query.parameters());
    }

    private static String described(PlannedQuery query) {
        return "DESCRIBE SELECT * FROM %s".formatted(query.relation());
    }

    private static String withMeasures(String described, List<MeasureDefinitions.Definition> measures) {
        if (measures.isEmpty()) {
            return "SELECT * FROM (%s)".formatted(described);
        }
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < measures.size(); i++) {
            MeasureDefinitions.Definition measure = measures.get(i);
            rows.append("\nUNION ALL SELECT %s, 'MEASURE', 'YES', NULL, NULL, %s, 1, %d"
                    .formatted(Quotes.text(measure.name()), Quotes.text(measure.note()), i));
        }
        return """
                SELECT * EXCLUDE ("part", "place")
                FROM (SELECT *, 0 AS "part", row_number() OVER () AS "place" FROM (%s)%s)
                ORDER BY "part", "place\"""".formatted(described, rows);
    }

    static Plan summary(PlannedQuery query) {
        return Plan.ofDuckDb(
                "SELECT * FROM (SUMMARIZE SELECT * FROM %s)".formatted(query.relation()),
                SUMMARY,
                List.of(),
                query.parameters());
    }

    /** How a function or a measure is called and what it returns. */
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
            throw new GatehouseException(
                    ErrorCode.SQL_VALIDATION, Suggestions.unknownFunction(name.getSimple()), Positions.of(name));
        }
        String rows = String.join(", ", forms);
        return Plan.ofNames(
                "SELECT * FROM (VALUES %s) AS \"functions\"".formatted(rows),
                List.of("function_name", "form", "description"));
    }

    private static String form(String name, String form, String comment) {
        return "(%s, %s, %s)".formatted(Quotes.text(name), Quotes.text(form), Quotes.text(comment));
    }
}
