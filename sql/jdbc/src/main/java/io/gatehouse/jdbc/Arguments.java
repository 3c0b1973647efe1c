package io.gatehouse.jdbc;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks of arguments, which become an SQLException. */
final class Arguments {
    private Arguments() {}

    static <T> T present(@Nullable T value, String what) throws SQLException {
        if (value == null) {
            throw SqlErrors.invalid("The %s is null.".formatted(what));
        }
        return value;
    }

    static int notNegative(int value, String what) throws SQLException {
        return (int) notNegative((long) value, what);
    }

    static long notNegative(long value, String what) throws SQLException {
        if (value < 0) {
            throw SqlErrors.invalid("The %s must be 0 or more, not %d.".formatted(what, value));
        }
        return value;
    }

    /** One of JDBC's constants. */
    static int known(Set<Integer> constants, int value, String what) throws SQLException {
        if (!constants.contains(value)) {
            throw SqlErrors.invalid("There is no %s %d.".formatted(what, value));
        }
        return value;
    }
}
