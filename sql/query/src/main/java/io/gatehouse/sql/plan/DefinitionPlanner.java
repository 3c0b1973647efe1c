package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.catalog.ViewPlanning;
import io.gatehouse.sql.catalog.ViewTable.PlannedView;
import io.gatehouse.sql.dialect.DialectForms;
import io.gatehouse.sql.dialect.DomainCalls;
import io.gatehouse.sql.dialect.TableCalls;
import io.gatehouse.sql.parse.Grammar;
import io.gatehouse.sql.rollup.RollupRewrite;
import io.gatehouse.sql.validate.Conversion;
import io.gatehouse.sql.validate.NullOrder;
import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.sql.write.StatementWriter;
import java.util.Optional;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/**
 * Plans the queries of views and table functions, each once for a catalog.
 *
 * @param rollups whether aggregates in views may be answered from rollups
 * @param sql what views are written in
 */
public record DefinitionPlanner(boolean rollups, EngineSql sql) implements ViewPlanning {
    @Override
    public PlannedView view(AnalysisView view, Catalog catalog) {
        Conversion conversion = new Conversion(catalog);
        RelNode algebra = algebra(view, catalog, conversion);
        RollupRewrite.Result rolledUp = conversion.answered(algebra, rollups);
        return new PlannedView(
                algebra.getRowType(),
                StatementWriter.write(rolledUp.algebra(), sql),
                rolledUp.used(),
                rolledUp.reason());
    }

    @Override
    public RelNode function(TableFunction function, Catalog catalog, int correlations) {
        Conversion conversion = new Conversion(catalog, correlations);
        RelNode algebra = algebra(function, catalog, conversion);
        checkCorrelations(function, conversion.correlations() - correlations);
        return algebra;
    }

    private static RelNode algebra(DefinedQuery query, Catalog catalog, Conversion conversion) {
        try {
            SqlNode parsed = TableCalls.numbered(
                    SqlParser.create(query.sql(), Grammar.parser()).parseQuery(), query);
            TableCalls calls = new TableCalls(catalog);
            SqlNode standard = DialectForms.replace(
                    parsed, new DomainCalls(), calls, () -> new Conversion(catalog), Optional.empty());
            NullOrder.makeExplicit(standard);
            return conversion.convertView(standard, calls).root().project();
        } catch (SqlParseException | CalciteContextException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR,
                    "The definition of %s cannot be planned: %s".formatted(query.name(), e.getMessage()),
                    e);
        }
    }

    /**
     * More correlations would overlap with the numbers of another function, and a sub-query would refer to the wrong
     * rows.
     */
    private static void checkCorrelations(TableFunction function, int count) {
        if (count > Catalog.CORRELATIONS_OF_A_FUNCTION) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR,
                    "The function %s looks back at rows from %d sub-queries; a function can from %d."
                            .formatted(function.name(), count, Catalog.CORRELATIONS_OF_A_FUNCTION));
        }
    }
}
