package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.function.FunctionNote;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;

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
        return new Plan("SELECT * FROM (VALUES %s) AS \"tables\"".formatted(rows), List.of("name"));
    }

    static Plan relation(String stored) {
        return new Plan("SELECT * FROM (DESCRIBE %s)".formatted(Quotes.name(stored)), COLUMNS);
    }

    static Plan columns(PlannedQuery query) {
        return new Plan(
                "SELECT * FROM (DESCRIBE SELECT * FROM %s)".formatted(query.relation()), COLUMNS, query.parameters());
    }

    static Plan summary(PlannedQuery query) {
        return new Plan(
                "SELECT * FROM (SUMMARIZE SELECT * FROM %s)".formatted(query.relation()), SUMMARY, query.parameters());
    }

    /** How a function is called and what it returns. */
    static Plan function(SqlIdentifier name) {
        FunctionNote note = FunctionNote.find(name.getSimple())
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.SQL_VALIDATION, Suggestions.unknownFunction(name.getSimple()), Positions.of(name)));
        String rows = note.forms().stream()
                .map(form -> "(%s, %s, %s)"
                        .formatted(Quotes.text(note.name()), Quotes.text(form), Quotes.text(note.comment())))
                .collect(Collectors.joining(", "));
        return new Plan(
                "SELECT * FROM (VALUES %s) AS \"functions\"".formatted(rows),
                List.of("function_name", "form", "description"));
    }

    /** SELECT * FROM name. */
    static SqlSelect everythingOf(SqlIdentifier name) {
        SqlParserPos position = name.getParserPosition();
        SqlNodeList star = SqlNodeList.of(SqlIdentifier.star(position));
        return new SqlSelect(
                position, null, star, name, null, null, null, null, null, null, null, null, SqlNodeList.EMPTY);
    }
}
