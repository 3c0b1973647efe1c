package io.gatehouse.sql.limits;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.Growth;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/**
 * Functions whose result is as long as a number says, such as lpad and repeat. Three letters of SQL would make a text of
 * a billion of them, in one step that nothing stops, so that the number must be written out, and small.
 */
final class LongTexts {
    /** Characters that a text may be filled up to, and times that one may be repeated. */
    static final int MAX = 10_000;

    /** Characters that count as one value of a table. */
    private static final int SHORT = 10;

    /** What of a format an argument fills in, with its width and its digits. */
    private static final Pattern PRINTF_PLACE = Pattern.compile("%[^A-Za-z%]*[A-Za-z%]");

    private static final Pattern FORMAT_PLACE = Pattern.compile("\\{[^{}]*}");

    /** A width or a number of digits that an argument says. */
    private static final Pattern PRINTF_WIDTH = Pattern.compile("%[^A-Za-z%]*\\*");

    private static final Pattern FORMAT_WIDTH = Pattern.compile("\\{[^{}]*\\{");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private LongTexts() {}

    /** How many times longer than a value of a table the result can be. */
    static long factor(RexCall call, Growth growth, long longest) {
        if (growth instanceof Growth.Repeated repeated) {
            return longest * Math.max(1, number(call, repeated.count()));
        }
        if (growth instanceof Growth.Filled filled) {
            int length =
                    filled.length() < call.getOperands().size() ? number(call, filled.length()) : filled.otherwise();
            return Math.max(longest, length / SHORT);
        }
        return growth instanceof Growth.Formatted ? formatted(call, longest) : longest;
    }

    private static int number(RexCall call, int operand) {
        String name = call.getOperator().getName();
        BigDecimal number = literal(call.getOperands().get(operand))
                .map(literal -> literal.getValueAs(BigDecimal.class))
                .orElseThrow(() -> refused("Argument %d of %s must be a literal.".formatted(operand + 1, name)));
        if (number.abs().compareTo(BigDecimal.valueOf(MAX)) > 0) {
            throw refused("%s takes no number larger than %,d.".formatted(name, MAX));
        }
        return number.intValue();
    }

    private static long formatted(RexCall call, long longest) {
        String name = call.getOperator().getName();
        String format = literal(call.getOperands().get(0))
                .map(literal -> literal.getValueAs(String.class))
                .orElseThrow(() -> refused("The format of %s must be a literal.".formatted(name)));
        boolean printf = name.equals("printf");
        String places = printf ? format : format.replace("{{", "").replace("}}", "");
        if ((printf ? PRINTF_WIDTH : FORMAT_WIDTH).matcher(places).find()) {
            throw refused("Each width in the format of %s must be a literal.".formatted(name));
        }
        long factor = 1;
        for (Matcher place = (printf ? PRINTF_PLACE : FORMAT_PLACE).matcher(places); place.find(); ) {
            factor += longest + widths(place.group()) / SHORT;
        }
        return factor;
    }

    private static int widths(String place) {
        return NUMBER.matcher(place)
                .results()
                .map(number -> new BigDecimal(number.group()))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .min(BigDecimal.valueOf(Integer.MAX_VALUE))
                .intValue();
    }

    private static Optional<RexLiteral> literal(RexNode node) {
        if (node instanceof RexLiteral literal && !literal.isNull()) {
            return Optional.of(literal);
        }
        return node instanceof RexCall call && call.isA(SqlKind.CAST)
                ? literal(call.getOperands().get(0))
                : Optional.empty();
    }

    private static GatehouseException refused(String message) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message);
    }
}
