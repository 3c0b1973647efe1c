package io.gatehouse.error;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * The one exception that Gatehouse throws at its users. The message is a whole sentence that says what was wrong and
 * the value that was wrong. It is caught at three doors only: the command line, the HTTP error mapper and JDBC.
 */
public final class GatehouseException extends RuntimeException {
    private final ErrorCode code;
    private final transient Optional<TextRange> position;

    public GatehouseException(ErrorCode code, String message) {
        super(requireNonNull(message, "message is null"));
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.empty();
    }

    public GatehouseException(ErrorCode code, String message, Throwable cause) {
        super(requireNonNull(message, "message is null"), cause);
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.empty();
    }

    /** An error at a place in a text the user wrote, such as a column name in SQL. */
    public GatehouseException(ErrorCode code, String message, TextRange position) {
        super(requireNonNull(message, "message is null"));
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.of(position);
    }

    /** An error at a place in a text the user wrote, found by a library. */
    public GatehouseException(ErrorCode code, String message, TextRange position, Throwable cause) {
        super(requireNonNull(message, "message is null"), cause);
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.of(position);
    }

    public ErrorCode code() {
        return code;
    }

    public Optional<TextRange> position() {
        return position;
    }
}
