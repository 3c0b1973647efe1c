package io.gatehouse.error;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The one exception that Gatehouse throws at its users. The message is a whole sentence that says what was wrong and
 * the value that was wrong; where its text does not end as a sentence does, such as with the words of another program, it
 * gets a full stop. It is caught at four doors only: the command line, the HTTP error mapper, JDBC and the
 * PostgreSQL port.
 */
public final class GatehouseException extends RuntimeException {
    /** Names in files may hold what steers a terminal. Texts of users have lines. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}&&[^\n\r\t]]");

    private final ErrorCode code;
    private final transient Optional<TextRange> position;

    public GatehouseException(ErrorCode code, String message) {
        super(sentence(message));
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.empty();
    }

    public GatehouseException(ErrorCode code, String message, Throwable cause) {
        super(sentence(message), cause);
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.empty();
    }

    /** An error at a place in a text the user wrote, such as a column name in SQL. */
    public GatehouseException(ErrorCode code, String message, TextRange position) {
        super(sentence(message));
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.of(position);
    }

    /** An error at a place in a text the user wrote, found by a library. */
    public GatehouseException(ErrorCode code, String message, TextRange position, Throwable cause) {
        super(sentence(message), cause);
        this.code = requireNonNull(code, "code is null");
        this.position = Optional.of(position);
    }

    private static String sentence(String message) {
        String text = CONTROLS.matcher(
                        requireNonNull(message, "message is null").strip())
                .replaceAll("\uFFFD");
        boolean ends = text.isEmpty() || ".?!".indexOf(text.charAt(text.length() - 1)) >= 0;
        return ends ? text : text + ".";
    }

    public ErrorCode code() {
        return code;
    }

    public Optional<TextRange> position() {
        return position;
    }
}
