package io.gatehouse.jdbc;

import java.sql.SQLException;
import java.sql.Wrapper;
import org.jspecify.annotations.Nullable;

/** JDBC's {@code unwrap} for an object that wraps nothing but itself. */
interface SelfWrapper extends Wrapper {
    @Override
    default boolean isWrapperFor(@Nullable Class<?> wanted) throws SQLException {
        if (wanted == null) {
            throw SqlErrors.invalid("A class is needed.");
        }
        return wanted.isInstance(this);
    }

    @Override
    default <T> T unwrap(Class<T> wanted) throws SQLException {
        if (!isWrapperFor(wanted)) {
            throw SqlErrors.invalid("A %s is not a %s.".formatted(getClass().getName(), wanted.getName()));
        }
        return wanted.cast(this);
    }
}
