package io.gatehouse.sql.limits;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.Growth;
import java.util.stream.LongStream;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/**
 * How many times longer than a value of a table, or a literal, a value of a statement can become. A text joined to
 * itself in thirty nested queries is a billion times as long, and DuckDB's memory limit does not see it coming.
 * Aggregates are not counted: those the memory limit stops.
 */
public final class TextGrowth {
    static final long MAX = 10_000;

    private static final long ENOUGH = 1L << 31;
    private static final long UNKNOWN_REPLACEMENT = 100;

    private TextGrowth() {}

    public static void check(RelNode root) {
        if (growth(root) > MAX) {
            throw new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE,
                    "The statement joins texts to texts more than %,d times longer.".formatted(MAX));
        }
    }

    private static long growth(RelNode node) {
        long below =
                node.getInputs().stream().mapToLong(TextGrowth::growth).max().orElse(1);
        Widest widest = new Widest();
        node.accept(widest);
        if (node instanceof RepeatUnion union && growth(union.getIterativeRel()) > 1) {
            throw new GatehouseException(
                    ErrorCode.SQL_NOT_SUPPORTED, "A recursive query cannot join texts or lists to longer ones.");
        }
        return Math.min(ENOUGH, below * widest.factor);
    }

    private static long factor(RexNode expression) {
        if (expression instanceof RexSubQuery query) {
            return growth(query.rel);
        }
        if (!(expression instanceof RexCall call)) {
            return 1;
        }
        Growth growth = Growth.of(call.getOperator());
        if (growth instanceof Growth.Together) {
            return Math.min(ENOUGH, factors(call).sum());
        }
        long longest = factors(call).max().orElse(1);
        if (growth instanceof Growth.Times times) {
            return Math.min(ENOUGH, longest * times.factor());
        }
        if (growth instanceof Growth.PutInto put) {
            long kept = put.between() ? 1 : 0;
            long replacement = put.operand() < call.getOperands().size()
                    ? replacement(call.getOperands().get(put.operand()))
                    : 1;
            return Math.min(ENOUGH, factor(call.getOperands().get(0)) * (kept + replacement));
        }
        return Math.min(ENOUGH, LongTexts.factor(call, growth, longest));
    }

    private static LongStream factors(RexCall call) {
        return call.getOperands().stream().mapToLong(TextGrowth::factor);
    }

    private static long replacement(RexNode with) {
        String literal = with instanceof RexLiteral text ? text.getValueAs(String.class) : null;
        return literal == null ? UNKNOWN_REPLACEMENT : Math.max(1, literal.length());
    }

    /** Keeps the largest factor of the expressions of one node. */
    private static final class Widest extends RexShuttle {
        private long factor = 1;

        @Override
        public RexNode visitCall(RexCall call) {
            factor = Math.max(factor, TextGrowth.factor(call));
            return call;
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            factor = Math.max(factor, growth(query.rel));
            return query;
        }
    }
}
