package io.gatehouse.sql.jdbc;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.jdbc.SqlErrors;
import java.sql.SQLException;
import java.util.Optional;

/** Our errors as JDBC's. */
final class Failures {
    private Failures() {}

    static SQLException sql(GatehouseException e) {
        String message = Optional.ofNullable(e.getMessage()).orElse("");
        String placed = e.position()
                .map(place -> "%s (line %d, column %d)".formatted(message, place.line(), place.column()))
                .orElse(message);
        return SqlErrors.of(e.code().sqlState(), placed, e.code() == ErrorCode.QUERY_TIMEOUT, e);
    }
}
