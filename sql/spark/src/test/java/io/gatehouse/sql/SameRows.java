package io.gatehouse.sql;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether two engines gave the same. Types, texts, times and whole numbers are the same to the letter; a DOUBLE may differ
 * in the last of its 16 digits and a FLOAT in the last of its 7, since the order in which an engine sums is its own.
 */
final class SameRows {
    private static final double DOUBLE = 1e-12;
    private static final double FLOAT = 1e-6;

    private SameRows() {}

    /** What differs; empty if nothing does. */
    static String difference(Rows expected, Rows actual, boolean ordered) {
        Rows one = ordered ? expected : expected.sorted();
        Rows other = ordered ? actual : actual.sorted();
        if (!one.types().stream()
                .map(SameRows::withoutWidth)
                .toList()
                .equals(other.types().stream().map(SameRows::withoutWidth).toList())) {
            return "types %s, not %s".formatted(other.types(), one.types());
        }
        if (one.rows().size() != other.rows().size()) {
            return "%d rows, not %d".formatted(other.rows().size(), one.rows().size());
        }
        for (int row = 0; row < one.rows().size(); row++) {
            if (!same(one.rows().get(row), other.rows().get(row))) {
                return "%s, not %s".formatted(other.rows().get(row), one.rows().get(row));
            }
        }
        return "";
    }

    private static boolean same(@Nullable Object expected, @Nullable Object actual) {
        if (expected instanceof List<?> one && actual instanceof List<?> other) {
            if (one.size() != other.size()) {
                return false;
            }
            for (int i = 0; i < one.size(); i++) {
                if (!same(one.get(i), other.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (isWhole(expected) && isWhole(actual)) {
            return new BigDecimal(String.valueOf(expected)).compareTo(new BigDecimal(String.valueOf(actual))) == 0;
        }
        if (expected instanceof Float one && actual instanceof Float other) {
            return near(one, other, FLOAT);
        }
        if (expected instanceof Double one && actual instanceof Double other) {
            return near(one, other, DOUBLE);
        }
        return expected == null ? actual == null : expected.equals(actual);
    }

    /**
     * How wide a whole number is, and how many digits a decimal has, is found out in another way: Gatehouse plans it for
     * Spark, DuckDB says it of its own.
     */
    private static String withoutWidth(String type) {
        return type.replaceFirst("DECIMAL\\(\\d+,", "DECIMAL(*,")
                .replaceFirst("^(TINYINT|SMALLINT|INTEGER|BIGINT|UINTEGER)", "INTEGER");
    }

    private static boolean isWhole(@Nullable Object value) {
        return value instanceof Integer || value instanceof Long || value instanceof BigDecimal;
    }

    private static boolean near(double expected, double actual, double tolerance) {
        return Double.compare(expected, actual) == 0
                || Math.abs(expected - actual) <= tolerance * Math.max(Math.abs(expected), Math.abs(actual));
    }
}
