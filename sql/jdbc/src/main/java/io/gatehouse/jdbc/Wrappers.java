package io.gatehouse.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** JDBC's {@code unwrap} for objects that wrap nothing. */
final class Wrappers {
    private Wrappers() {}

    static boolean isWrapper(Object object, @Nullable Class<?> wanted) throws SQLException {
        if (wanted == null) {
            throw SqlErrors.invalid("A class is needed.");
        }
        return wanted.isInstance(object);
    }

    static <T> T unwrap(Object object, Class<T> wanted) throws SQLException {
        if (!isWrapper(object, wanted)) {
            throw SqlErrors.invalid(
                    "A %s is not a %s.".formatted(object.getClass().getName(), wanted.getName()));
        }
        return wanted.cast(object);
    }
}
