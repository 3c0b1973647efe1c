package io.gatehouse.jdbc;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Exceptions of the classes of JDBC, chosen by SQLSTATE. */
public final class SqlErrors {
    static final String INVALID_PARAMETER = "22023";
    private static final String NOT_SUPPORTED = "0A000";

    private SqlErrors() {}

    /**
     * The exception for a state.
     *
     * @param timeout whether a time limit ended the statement
     */
    public static SQLException of(String state, String message, boolean timeout, @Nullable Throwable cause) {
        if (timeout) {
            return new SQLTimeoutException(message, state, cause);
        }
        return switch (state.substring(0, 2)) {
            case "08" -> new SQLNonTransientConnectionException(message, state, cause);
            case "0A" -> new SQLFeatureNotSupportedException(message, state, cause);
            case "22" -> new SQLDataException(message, state, cause);
            case "28" -> new SQLInvalidAuthorizationSpecException(message, state, cause);
            case "42" -> new SQLSyntaxErrorException(message, state, cause);
            case "53" -> new SQLTransientException(message, state, cause);
            default -> new SQLException(message, state, cause);
        };
    }

    /** An error of Gatehouse; its place in the statement becomes part of the message. */
    public static SQLException of(GatehouseException e) {
        String message = String.valueOf(e.getMessage());
        String placed = e.position()
                .map(place -> "%s (line %d, column %d)".formatted(message, place.line(), place.column()))
                .orElse(message);
        return of(e.code().sqlState(), placed, e.code() == ErrorCode.QUERY_TIMEOUT, e);
    }

    /** Calls a session; its errors become those of JDBC. */
    static <T> T get(Supplier<T> answer) throws SQLException {
        try {
            return answer.get();
        } catch (GatehouseException e) {
            throw of(e);
        }
    }

    static void run(Runnable work) throws SQLException {
        try {
            work.run();
        } catch (GatehouseException e) {
            throw of(e);
        }
    }

    static SQLException of(String state, String message) {
        return of(state, message, false, null);
    }

    static SQLException invalid(String message) {
        return of(INVALID_PARAMETER, message);
    }

    static SQLException unsupported(String what) {
        return of(NOT_SUPPORTED, what + " is not supported.");
    }

    static SQLException readOnly(String what) {
        return of("25006", what + " is refused: SQL can only read here.");
    }

    /** The error of a calling method that would write; it names the method. */
    static SQLException readOnly() {
        return readOnly(caller());
    }

    /** The error of a calling method for something that SQL here does not have; it names the method. */
    static SQLException unsupported() {
        return unsupported(caller());
    }

    /** The error of a calling method that would not move forward in the rows; it names the method. */
    static SQLException forwardOnly() {
        return unsupported(caller() + " of rows that are only read forward");
    }

    /** The name of the method that called the method that calls this one. */
    private static String caller() {
        return StackWalker.getInstance()
                .walk(frames -> frames.skip(2).findFirst().orElseThrow().getMethodName());
    }

    static SQLException closed(String what) {
        return of(what.equals("connection") ? "08003" : "24000", "The %s is closed.".formatted(what));
    }
}
