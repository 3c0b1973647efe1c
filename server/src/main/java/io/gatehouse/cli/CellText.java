package io.gatehouse.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A value as people read it in a terminal. */
final class CellText {
    private static final MathContext DIGITS = new MathContext(5);

    private CellText() {}

    static String of(@Nullable Object value) {
        if (value == null) {
            return "NULL";
        }
        if (value instanceof Float || value instanceof Double) {
            return decimal(((Number) value).doubleValue());
        }
        if (value instanceof Integer || value instanceof Long) {
            return String.format(Locale.ROOT, "%,d", ((Number) value).longValue());
        }
        if (value instanceof BigDecimal decimal) {
            return decimal(decimal.doubleValue());
        }
        return value.toString().replace("\n", "\\n");
    }

    /** Five significant digits, as many as a question or two in a thousand can change. */
    private static String decimal(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        BigDecimal rounded = new BigDecimal(value, DIGITS);
        boolean plain = value == 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7);
        return plain
                ? rounded.setScale(Math.max(0, Math.min(4, rounded.scale())), java.math.RoundingMode.HALF_EVEN)
                        .toPlainString()
                : rounded.toString();
    }
}
