package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.Catalog;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/**
 * Plans statements, one stage after another. Safe for use by many threads. A deep statement needs a deep stack and
 * some statements need long: callers plan in {@link PlanningThreads}.
 */
public final class Planner {
    private final Catalog catalog;

    public Planner(Catalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    /** Plans one statement. What is wrong with it is a GatehouseException with the place in the text. */
    public Plan plan(String sql) {
        StatementText text = StatementText.of(requireNonNull(sql, "sql is null"));
        CalciteErrors errors = new CalciteErrors(catalog);
        try {
            SqlNode parsed = SqlParser.create(text.text(), Grammar.parser()).parseStmt();
            StatementPolicy.check(parsed);
            TreeLimits.check(parsed);
            Conversion conversion = new Conversion(catalog);
            RelRoot root = conversion.convert(parsed);
            return new Plan(
                    DuckDbStatement.of(root),
                    root.fields.stream().map(field -> field.getValue()).toList());
        } catch (SqlParseException e) {
            throw errors.syntax(e);
        } catch (RuntimeException e) {
            throw errors.other(e);
        }
    }
}
