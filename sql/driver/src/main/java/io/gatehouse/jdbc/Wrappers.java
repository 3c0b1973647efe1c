package io.gatehouse.jdbc;

import java.sql.SQLException;

/** JDBC's {@code unwrap} for objects that wrap nothing. */
final class Wrappers {
    private Wrappers() {}

    static <T> T unwrap(Object object, Class<T> wanted) throws SQLException {
        if (!wanted.isInstance(object)) {
            throw SqlErrors.invalid("A %s is no %s.".formatted(object.getClass().getName(), wanted.getName()));
        }
        return wanted.cast(object);
    }
}
