package io.gatehouse.store.schema;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;

/**
 * The names that people give to runs and saved queries, and the labels of notes. They appear in URLs, headers and terminals, so their length is
 * limited and they have no control characters.
 */
public final class GivenName {
    public static final int MAX_CHARACTERS = 200;

    private GivenName() {}

    /**
     * Returns the name if it is allowed.
     *
     * @param what begins errors, as in "The name of a run"
     * @throws GatehouseException INVALID_ARGUMENT if it is blank or too long, or has characters that control something
     */
    public static String checked(String what, String name) {
        requireNonNull(name, "name is null");
        if (name.isBlank()) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "%s must not be blank.".formatted(what));
        }
        if (name.equals(".") || name.equals("..")) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s must not be \"%s\", which means a directory in addresses.".formatted(what, name));
        }
        int characters = name.codePointCount(0, name.length());
        if (characters > MAX_CHARACTERS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has %d characters; it may have %d.".formatted(what, characters, MAX_CHARACTERS));
        }
        name.codePoints().filter(GivenName::isControl).findFirst().ifPresent(c -> {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has the control character U+%04X; it may have none.".formatted(what, c));
        });
        return name;
    }

    /**
     * Returns a text that goes with a name, such as a note, if it is not too long.
     *
     * @param what begins the error, as in "The note on a run"
     * @throws GatehouseException INVALID_ARGUMENT
     */
    public static String checkedText(String what, String text, int maxCharacters) {
        requireNonNull(text, "text is null");
        int characters = text.codePointCount(0, text.length());
        if (characters > maxCharacters) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has %d characters; it may have %d.".formatted(what, characters, maxCharacters));
        }
        return text;
    }

    /** Includes characters that change the direction of text, and half of a surrogate pair. */
    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            case Character.FORMAT -> c == 0x061c || c == 0x200e || c == 0x200f || turns(c);
            default -> false;
        };
    }

    private static boolean turns(int c) {
        return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    }
}
