package io.gatehouse.sql.plan;

import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.grammar.DialectOperators;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.parser.SqlParserPos;

/** list[first:last] as list_slice(list, first, last); a bound that is left out is the first or last there can be. */
final class ListSlice {
    private ListSlice() {}

    static boolean isIn(SqlCall call) {
        return call.getKind() == SqlKind.ITEM
                && call.operand(1) instanceof SqlCall bounds
                && DialectOperators.isSlice(bounds.getOperator());
    }

    static SqlNode written(SqlCall item) {
        SqlCall bounds = item.operand(1);
        SqlOperator form = bounds.getOperator();
        SqlParserPos position = bounds.getParserPosition();
        SqlNode first = form.equals(DialectOperators.SLICE_TO) ? number(1, position) : bounds.operand(0);
        SqlNode last = form.equals(DialectOperators.SLICE_FROM)
                ? number(Long.MAX_VALUE, position)
                : bounds.operand(bounds.operandCount() - 1);
        return ListFunctions.SLICE.createCall(item.getParserPosition(), item.operand(0), first, last);
    }

    private static SqlNode number(long number, SqlParserPos position) {
        return SqlLiteral.createExactNumeric(Long.toString(number), position);
    }
}
