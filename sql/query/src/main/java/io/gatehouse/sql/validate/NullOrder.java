package io.gatehouse.sql.validate;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * Adds NULLS LAST to ORDER BY inside aggregates where it is left out. DuckDB sorts NULLs last in both directions;
 * Calcite has a setting for that, but not for ORDER BY inside an aggregate, where DESC would sort them first.
 */
public final class NullOrder extends SqlBasicVisitor<Void> {
    private NullOrder() {}

    public static void makeExplicit(SqlNode statement) {
        statement.accept(new NullOrder());
    }

    @Override
    public Void visit(SqlCall call) {
        if (call.getKind() == SqlKind.WITHIN_GROUP || call.getOperator() instanceof SqlFunction) {
            for (SqlNode operand : call.getOperandList()) {
                if (operand instanceof SqlNodeList keys) {
                    keys.replaceAll(NullOrder::nullsLast);
                }
            }
        }
        return super.visit(call);
    }

    private static SqlNode nullsLast(SqlNode key) {
        return key.getKind() == SqlKind.DESCENDING
                ? SqlStdOperatorTable.NULLS_LAST.createCall(key.getParserPosition(), key)
                : key;
    }
}
