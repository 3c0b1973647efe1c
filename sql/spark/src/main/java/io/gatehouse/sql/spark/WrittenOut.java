package io.gatehouse.sql.spark;

import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Arguments that a form depends on, and which have to be literals for it. */
final class WrittenOut {
    private WrittenOut() {}

    static String symbol(RexNode operand) {
        if (operand instanceof RexLiteral literal) {
            return String.valueOf(literal.getValue());
        }
        throw new IllegalArgumentException("No symbol: " + operand);
    }

    /** A literal whose value the form depends on. */
    static String literal(RexCall call, int operand, String function) {
        RexNode bare = bare(call.getOperands().get(operand));
        boolean negative = bare.getKind() == SqlKind.MINUS_PREFIX;
        RexNode number = negative ? ((RexCall) bare).getOperands().get(0) : bare;
        if (number instanceof RexLiteral literal && !literal.isNull()) {
            String text = SqlTypeUtil.isCharacter(literal.getType())
                    ? String.valueOf(literal.getValueAs(String.class))
                    : String.valueOf(literal.getValueAs(Integer.class));
            return negative ? "-" + text : text;
        }
        throw Refusal.of("%s with an argument that is not written out".formatted(function));
    }

    static boolean isNull(RexNode operand) {
        return bare(operand) instanceof RexLiteral literal && literal.isNull();
    }

    /** Without a cast around it. */
    static RexNode bare(RexNode operand) {
        return operand.getKind() == SqlKind.CAST
                ? ((RexCall) operand).getOperands().get(0)
                : operand;
    }
}
