package io.gatehouse.pg;

/** An error of the protocol that the SQL layer does not know, such as the name of a cursor that is not there. */
final class PgError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String sqlState;

    PgError(String sqlState, String message) {
        super(message);
        this.sqlState = sqlState;
    }

    String sqlState() {
        return sqlState;
    }
}
