package io.gatehouse.sql.dialect;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.Positions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Functions that are another name of a form of the standard: if(c, x, y) is CASE, list_value(x, y) a list. */
final class OtherNames {
    private static final Set<String> LISTS = Set.of("list_value", "list_pack");

    private OtherNames() {}

    static boolean isOne(SqlCall call) {
        String name = name(call);
        return call.getOperator() instanceof SqlUnresolvedFunction && (name.equals("if") || LISTS.contains(name));
    }

    static SqlNode written(SqlNode node) {
        SqlCall call = (SqlCall) node;
        SqlParserPos position = call.getParserPosition();
        if (LISTS.contains(name(call))) {
            return SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, call.getOperandList());
        }
        if (call.operandCount() != 3) {
            throw new GatehouseException(
                    ErrorCode.SQL_VALIDATION,
                    "if takes a condition, what holds then, and what else.",
                    Positions.of(call));
        }
        return new SqlCase(position, null, list(call.operand(0)), list(call.operand(1)), call.operand(2));
    }

    private static SqlNodeList list(SqlNode node) {
        return new SqlNodeList(List.of(node), node.getParserPosition());
    }

    private static String name(SqlCall call) {
        return call.getOperator().getName().toLowerCase(Locale.ROOT);
    }
}
