package io.gatehouse.sql.parse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A text with escapes, {@code E'a\nb'}. DuckDB reads them as PostgreSQL does, but for {@code \\u}: a backslash before any
 * other character is left out. Calcite would keep it, and give the text a character set that no other text has.
 */
final class EscapedText {
    private static final String ESCAPED = "bfnrt";
    private static final String CONTROLS = "\b\f\n\r\t";

    private static final int MOST_OCTAL_DIGITS = 3;
    private static final int MOST_HEX_DIGITS = 2;

    private final String written;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int next;

    private EscapedText(String written) {
        this.written = written;
    }

    /**
     * Returns the text as a literal without escapes; empty if its bytes are no UTF-8, or one of them is 0.
     *
     * @param literal with E and its quotes
     */
    static Optional<String> unescaped(String literal) {
        return new EscapedText(literal.substring(2, literal.length() - 1))
                .text()
                .map(text -> "'%s'".formatted(text.replace("'", "''")));
    }

    private Optional<String> text() {
        while (next < written.length()) {
            char character = written.charAt(next);
            if (character == '\\' && next + 1 < written.length()) {
                next++;
                escape();
            } else {
                // A quote is written twice.
                next += character == '\'' ? 1 : 0;
                character();
            }
        }
        byte[] all = bytes.toByteArray();
        for (byte each : all) {
            if (each == 0) {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(all))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private void escape() {
        char character = written.charAt(next);
        int control = ESCAPED.indexOf(character);
        if (control >= 0) {
            bytes.write(CONTROLS.charAt(control));
            next++;
        } else if (Character.digit(character, 8) >= 0) {
            bytes.write(number(8, MOST_OCTAL_DIGITS));
        } else if (character == 'x'
                && next + 1 < written.length()
                && Character.digit(written.charAt(next + 1), 16) >= 0) {
            next++;
            bytes.write(number(16, MOST_HEX_DIGITS));
        } else {
            character();
        }
    }

    private int number(int radix, int mostDigits) {
        int value = 0;
        for (int end = Math.min(written.length(), next + mostDigits);
                next < end && Character.digit(written.charAt(next), radix) >= 0;
                next++) {
            value = value * radix + Character.digit(written.charAt(next), radix);
        }
        return value;
    }

    private void character() {
        int end = written.offsetByCodePoints(next, 1);
        bytes.writeBytes(written.substring(next, end).getBytes(StandardCharsets.UTF_8));
        next = end;
    }
}
