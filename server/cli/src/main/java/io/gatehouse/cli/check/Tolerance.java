package io.gatehouse.cli.check;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far a number may be from the expected one. Other values must be equal.
 *
 * @param amount 0 or more
 * @param relative whether the amount is a share of the expected number
 */
record Tolerance(double amount, boolean relative) {
    static final Tolerance NONE = new Tolerance(0, false);

    private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?) *(%?)");

    /** Reads a number, or a number of percent; empty if the text is neither. */
    static Optional<Tolerance> of(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        double number = Double.parseDouble(parts.group(1));
        return Optional.of(parts.group(2).isEmpty() ? new Tolerance(number, false) : new Tolerance(number / 100, true));
    }

    boolean same(@Nullable Object value, @Nullable Object expected) {
        if (value == null || expected == null) {
            return value == expected;
        }
        if (value.equals(expected)) {
            return true;
        }
        if (value instanceof List<?> list && expected instanceof List<?> others) {
            return list.size() == others.size()
                    && IntStream.range(0, list.size()).allMatch(i -> same(list.get(i), others.get(i)));
        }
        if (!(value instanceof Number number) || !(expected instanceof Number other)) {
            return false;
        }
        if (!isFinite(number) || !isFinite(other)) {
            return false;
        }
        BigDecimal distance = exact(number).subtract(exact(other)).abs();
        BigDecimal allowed = BigDecimal.valueOf(amount);
        return distance.compareTo(relative ? allowed.multiply(exact(other).abs()) : allowed) <= 0;
    }

    private static boolean isFinite(Number number) {
        return Double.isFinite(number.doubleValue());
    }

    /** As it is written: 0.1 is a tenth, so that 0.3 is within 0.1 of 0.2. */
    private static BigDecimal exact(Number number) {
        return new BigDecimal(number.toString());
    }

    @Override
    public String toString() {
        BigDecimal shown = BigDecimal.valueOf(relative ? 100 * amount : amount).stripTrailingZeros();
        return shown.toPlainString() + (relative ? "%" : "");
    }
}
