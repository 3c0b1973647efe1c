package io.gatehouse.sql.limits;

import io.gatehouse.sql.function.Growth;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/**
 * Bounds how many times longer than a stored value or a literal a value of a statement can become. A text concatenated
 * with itself in thirty nested queries is a billion times as long, and DuckDB's memory limit does not prevent it.
 * Aggregates are not counted, because the memory limit stops those.
 */
public final class TextSizeBound {
    static final long MAX = 10_000;

    private static final long ENOUGH = 1L << 31;
    private static final long UNKNOWN_REPLACEMENT = 100;

    /** The largest length that a text may be padded to, and the largest number of repetitions. */
    static final int MAX_WRITTEN = 10_000;

    /** Characters that count as one stored value. */
    private static final int SHORT = 10;

    /** A placeholder of a format, with its width and digits. */
    private static final Pattern PRINTF_PLACE = Pattern.compile("%[^A-Za-z%]*[A-Za-z%]");

    private static final Pattern FORMAT_PLACE = Pattern.compile("\\{[^{}]*}");

    /** A width or a number of digits that is taken from an argument. */
    private static final Pattern PRINTF_WIDTH = Pattern.compile("%[^A-Za-z%]*\\*");

    private static final Pattern FORMAT_WIDTH = Pattern.compile("\\{[^{}]*\\{");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private TextSizeBound() {}

    public static void check(RelNode root) {
        if (growth(root) > MAX) {
            throw StatementErrors.tooLarge(
                    "The statement makes texts more than %,d times longer than stored texts and literals."
                            .formatted(MAX));
        }
    }

    private static long growth(RelNode node) {
        long below = 1;
        for (RelNode input : node.getInputs()) {
            below = Math.max(below, growth(input));
        }
        Widest widest = new Widest();
        node.accept(widest);
        if (node instanceof RepeatUnion union && growth(union.getIterativeRel()) > 1) {
            throw StatementErrors.notSupported("A recursive query cannot join texts or lists to longer ones.");
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
        if (growth instanceof Growth.Joined) {
            long separators = (long) call.getOperands().size() - 2;
            return Math.min(
                    ENOUGH,
                    factors(call).sum() + separators * factor(call.getOperands().get(0)));
        }
        long longest = factors(call).max().orElse(1);
        if (growth instanceof Growth.Times times) {
            return isOfLiterals(call) ? 1 : Math.min(ENOUGH, longest * times.factor());
        }
        if (growth instanceof Growth.Selected) {
            RelDataType element = call.getType().getComponentType();
            boolean grows = element != null && GuardFunctions.isLong(element);
            return grows ? Math.min(ENOUGH, longest * UNKNOWN_REPLACEMENT) : longest;
        }
        if (growth instanceof Growth.PutInto put) {
            long kept = put.between() ? 1 : 0;
            long replacement = put.operand() < call.getOperands().size()
                    ? replacement(call.getOperands().get(put.operand()))
                    : 1;
            return Math.min(ENOUGH, factor(call.getOperands().get(0)) * (kept + replacement));
        }
        return Math.min(ENOUGH, filledFactor(call, growth, longest));
    }

    /** Whether its texts are written out, as the format of strftime is. */
    private static boolean isOfLiterals(RexCall call) {
        return call.getOperands().stream()
                .allMatch(operand -> operand instanceof RexLiteral || !GuardFunctions.isLong(operand.getType()));
    }

    private static LongStream factors(RexCall call) {
        return call.getOperands().stream().mapToLong(TextSizeBound::factor);
    }

    private static long replacement(RexNode with) {
        return ValueSizes.writtenText(with)
                .map(text -> Math.max(1L, text.length()))
                .orElse(UNKNOWN_REPLACEMENT);
    }

    /** Finds the largest factor among the expressions of one node. */
    private static final class Widest extends RexShuttle {
        private long factor = 1;

        @Override
        public RexNode visitCall(RexCall call) {
            factor = Math.max(factor, factor(call));
            return call;
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            factor = Math.max(factor, growth(query.rel));
            return query;
        }
    }

    /**
     * The growth factor of a function such as lpad or repeat, whose result is as long as a number argument says. A
     * short statement could create a text of a billion characters in one step that cannot be interrupted, so the number
     * must be a small literal.
     */
    static long filledFactor(RexCall call, Growth growth, long longest) {
        if (growth instanceof Growth.Repeated repeated) {
            return longest * Math.max(1, writtenNumber(call, repeated.count()));
        }
        if (growth instanceof Growth.Filled filled) {
            int length = filled.length() < call.getOperands().size()
                    ? writtenNumber(call, filled.length())
                    : filled.otherwise();
            return Math.max(longest, length / SHORT);
        }
        return growth instanceof Growth.Formatted ? formatted(call, longest) : longest;
    }

    private static int writtenNumber(RexCall call, int operand) {
        String name = call.getOperator().getName();
        BigDecimal number = ValueSizes.writtenNumber(call.getOperands().get(operand))
                .orElseThrow(() -> StatementErrors.notSupported(
                        "Argument %d of %s must be a literal.".formatted(operand + 1, name)));
        if (number.abs().compareTo(BigDecimal.valueOf(MAX_WRITTEN)) > 0) {
            throw StatementErrors.notSupported(
                    "%s does not support numbers larger than %,d.".formatted(name, MAX_WRITTEN));
        }
        return number.intValue();
    }

    private static long formatted(RexCall call, long longest) {
        Places places = places(call);
        return 1 + places.count() * longest + places.characters() / SHORT;
    }

    /**
     * The places of a format where arguments are put.
     *
     * @param count how many there are; several may name the same argument
     * @param characters their widths and digits together
     */
    record Places(int count, long characters) {}

    /** Returns the places in the format of printf or format, which must be a literal. */
    static Places places(RexCall call) {
        String name = call.getOperator().getName();
        String format = ValueSizes.writtenText(call.getOperands().get(0))
                .orElseThrow(() -> StatementErrors.notSupported("The format of %s must be a literal.".formatted(name)));
        boolean printf = name.equals("printf");
        String text = printf ? format : format.replace("{{", "").replace("}}", "");
        if ((printf ? PRINTF_WIDTH : FORMAT_WIDTH).matcher(text).find()) {
            throw StatementErrors.notSupported("Each width in the format of %s must be a literal.".formatted(name));
        }
        int count = 0;
        long characters = 0;
        for (Matcher place = (printf ? PRINTF_PLACE : FORMAT_PLACE).matcher(text); place.find(); count++) {
            characters += widths(place.group());
        }
        return new Places(count, characters);
    }

    private static int widths(String place) {
        return NUMBER.matcher(place)
                .results()
                .map(number -> new BigDecimal(number.group()))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .min(BigDecimal.valueOf(Integer.MAX_VALUE))
                .intValue();
    }
}
