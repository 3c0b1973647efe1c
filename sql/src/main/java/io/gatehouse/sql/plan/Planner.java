package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.Catalog;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/**
 * Plans statements, one stage after another. Safe for use by many threads. A deep statement needs a deep stack and
 * some statements need long: callers plan in {@link PlanningThreads}.
 */
public final class Planner {
    /**
     * A planned view.
     *
     * @param algebra the query of the view
     * @param sql a DuckDB statement that returns its rows
     */
    public record ViewPlan(RelNode algebra, String sql) {}

    private final Catalog catalog;

    public Planner(Catalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    /** Plans the query of a view. */
    public ViewPlan planView(AnalysisView view) {
        RelNode algebra = new Conversion(catalog).convertView(view.sql()).root().project();
        return new ViewPlan(algebra, DuckDbStatement.of(algebra));
    }

    /** Plans one statement. What is wrong with it is a GatehouseException with the place in the text. */
    Plan plan(StatementText text) {
        CalciteErrors errors = new CalciteErrors(catalog);
        try {
            SqlNode parsed = SqlParser.create(text.text(), Grammar.parser()).parseStmt();
            TreeLimits.check(parsed);
            StatementPolicy.check(parsed);
            Expansion.check(parsed);
            NullOrder.makeExplicit(parsed);
            Conversion.Result converted = new Conversion(catalog).convert(parsed);
            RelNode algebra = converted.root().project();
            Fence.check(algebra);
            TextGrowth.check(algebra);
            return new Plan(DuckDbStatement.of(algebra), ColumnNames.of(converted.root(), converted.validated(), text));
        } catch (SqlParseException e) {
            throw errors.syntax(e, text);
        } catch (RuntimeException e) {
            throw errors.other(e);
        }
    }
}
