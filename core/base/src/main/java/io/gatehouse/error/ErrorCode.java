package io.gatehouse.error;

import static io.gatehouse.error.ErrorCategory.CANCELLED;
import static io.gatehouse.error.ErrorCategory.CORRUPT;
import static io.gatehouse.error.ErrorCategory.INTERNAL;
import static io.gatehouse.error.ErrorCategory.RESOURCES;
import static io.gatehouse.error.ErrorCategory.USER;

import java.util.Arrays;
import java.util.Optional;

/** The closed list of everything that can go wrong: whose fault it is, its SQLSTATE and its HTTP status. */
public enum ErrorCode {
    INVALID_ARGUMENT(USER, "22023", 400),
    FILE_NOT_FOUND(USER, "58030", 404),
    RUN_EXISTS(USER, "42710", 409),
    RUN_NOT_FOUND(USER, "42704", 404),
    UNKNOWN_SUBJECT(USER, "22023", 400),
    UNSUPPORTED_MODEL(USER, "0A000", 400),
    DATABASE_IN_USE(USER, "55006", 409),
    /** No server answers at the address, or what answers there is no server of Gatehouse. */
    SERVER_NOT_FOUND(USER, "08001", 502),
    /** The server wants a token, or another one. */
    UNAUTHORIZED(USER, "28000", 401),
    /** A request that the server did not understand as one of HTTP. */
    SERVER_REFUSED(USER, "08004", 400),

    SQL_SYNTAX(USER, "42601", 400),
    SQL_VALIDATION(USER, "42000", 400),
    SQL_NOT_SUPPORTED(USER, "0A000", 400),
    SQL_READ_ONLY(USER, "25006", 403),
    SQL_TOO_LARGE(USER, "54000", 413),
    SQL_EXECUTION(USER, "22000", 400),

    CORRUPT_CHECKPOINT(CORRUPT, "58030", 422),
    CORRUPT_QUIZ(CORRUPT, "22P04", 422),
    CORRUPT_DATASET(CORRUPT, "22P04", 422),
    CORRUPT_DATABASE(CORRUPT, "58030", 500),

    QUERY_TIMEOUT(RESOURCES, "57014", 504),
    QUERY_BUSY(RESOURCES, "53300", 429),
    RESULT_TOO_LARGE(RESOURCES, "54000", 413),
    OUT_OF_MEMORY(RESOURCES, "53200", 507),
    /** The process that read a model or a quiz for a server ended in a way of its own, or was ended. */
    WORKER_ENDED(CORRUPT, "58030", 422),
    INSUFFICIENT_DISK(RESOURCES, "53100", 507),
    ADDRESS_IN_USE(RESOURCES, "08001", 500),
    /** The connection to the server broke in the middle of a request. */
    CONNECTION_LOST(RESOURCES, "08006", 502),
    CLUSTER_FAILED(RESOURCES, "58000", 500),

    CANCELLED_BY_USER(CANCELLED, "57014", 409),

    INTERNAL_ERROR(INTERNAL, "XX000", 500);

    private final ErrorCategory category;
    private final String sqlState;
    private final int httpStatus;

    ErrorCode(ErrorCategory category, String sqlState, int httpStatus) {
        this.category = category;
        this.sqlState = sqlState;
        this.httpStatus = httpStatus;
    }

    /** The code of that name; empty for one of another version. */
    public static Optional<ErrorCode> find(String name) {
        return Arrays.stream(values()).filter(code -> code.name().equals(name)).findFirst();
    }

    public ErrorCategory category() {
        return category;
    }

    /** SQLSTATE as JDBC clients see it; classes follow PostgreSQL's table where the standard has none. */
    public String sqlState() {
        return sqlState;
    }

    public int httpStatus() {
        return httpStatus;
    }
}
