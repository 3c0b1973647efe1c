package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.function.DomainFunction;
import io.gatehouse.sql.function.FunctionTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

    /** What a function takes and returns: our own in words, those of DuckDB by their forms. */
    static Plan function(SqlIdentifier name, DomainCalls functions) {
        String key = name.getSimple().toLowerCase(Locale.ROOT);
        Optional<DomainFunction> ours = functions.find(key);
        List<String> forms = ours.map(function -> List.of(function.signature()))
                .orElseGet(() -> FunctionTable.INSTANCE.signatures(key));
        if (forms.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.SQL_VALIDATION, "There is no function %s.".formatted(key), Positions.of(name));
        }
        String comment = ours.map(DomainFunction::comment).orElse("As in DuckDB");
        String rows = forms.stream()
                .map(form -> "(%s, %s, %s)".formatted(Quotes.text(key), Quotes.text(form), Quotes.text(comment)))
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
