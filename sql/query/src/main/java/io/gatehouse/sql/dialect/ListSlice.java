package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.grammar.DialectOperators;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;

/**
 * list[first:last] as list_slice(list, first, last), with a step behind them if there is one; a bound that is left out is
 * the first or last there can be.
 */
final class ListSlice {
    private ListSlice() {}

    static boolean isIn(SqlCall call) {
        return call.getKind() == SqlKind.ITEM
                && call.operand(1) instanceof SqlCall bounds
                && bounds.getOperator().equals(DialectOperators.SLICE);
    }

    static SqlNode written(SqlCall item) {
        SqlCall bounds = item.operand(1);
        List<SqlNode> operands = new ArrayList<>();
        operands.add(item.operand(0));
        operands.add(bound(bounds, 0, 1));
        operands.add(bound(bounds, 1, Long.MAX_VALUE));
        if (!(bounds.operand(2) instanceof SqlNodeList)) {
            operands.add(bounds.operand(2));
        }
        return ListFunctions.SLICE.createCall(item.getParserPosition(), operands);
    }

    private static SqlNode bound(SqlCall bounds, int index, long otherwise) {
        return bounds.operand(index) instanceof SqlNodeList
                ? SqlLiteral.createExactNumeric(Long.toString(otherwise), bounds.getParserPosition())
                : bounds.operand(index);
    }
}
