package io.gatehouse.sql.plan;

import io.gatehouse.sql.function.FunctionTable;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/**
 * Validates names as DuckDB does. Where a column and an alias have one name, ORDER BY means the alias if the name is
 * all that stands there, and the column inside an expression; QUALIFY always means the column. Calcite alone would mean
 * the alias each time.
 */
final class DuckDbValidator extends SqlValidatorImpl {
    DuckDbValidator(CalciteCatalogReader reader) {
        super(
                FunctionTable.INSTANCE,
                reader,
                reader.getTypeFactory(),
                Config.DEFAULT
                        .withConformance(Grammar.conformance())
                        .withDefaultNullCollation(NullCollation.LAST)
                        .withCallRewrite(false)
                        .withTypeCoercionFactory(LiteralCoercion::new)
                        .withIdentifierExpansion(true));
    }

    @Override
    public SqlNode expandOrderExpr(SqlSelect select, SqlNode key) {
        return super.expandOrderExpr(select, bare(key) instanceof SqlIdentifier ? key : columnsFirst(select, key));
    }

    @Override
    protected void validateQualifyClause(SqlSelect select) {
        SqlNode condition = select.getQualify();
        if (condition != null) {
            select.setQualify(columnsFirst(select, condition));
        }
        super.validateQualifyClause(select);
    }

    private static SqlNode bare(SqlNode key) {
        return switch (key.getKind()) {
            case DESCENDING, NULLS_FIRST, NULLS_LAST -> bare(((SqlCall) key).operand(0));
            default -> key;
        };
    }

    /** The expression with the names of columns written with their tables, so that no alias is taken for them. */
    private SqlNode columnsFirst(SqlSelect select, SqlNode expression) {
        SqlValidatorScope columns = getWhereScope(select);
        SqlNode qualified = expression.accept(new SqlShuttle() {
            @Override
            public SqlNode visit(SqlIdentifier name) {
                return name.isSimple() ? qualify(columns, name) : name;
            }

            @Override
            public SqlNode visit(SqlCall call) {
                return call.getKind() == SqlKind.SELECT ? call : super.visit(call);
            }
        });
        return qualified == null ? expression : qualified;
    }

    private static SqlNode qualify(SqlValidatorScope columns, SqlIdentifier name) {
        try {
            return columns.fullyQualify(name).identifier;
        } catch (CalciteContextException e) {
            // No column of that name: validation goes on and finds an alias, or says so.
            return name;
        }
    }
}
