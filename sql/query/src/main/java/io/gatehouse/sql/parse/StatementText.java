package io.gatehouse.sql.parse;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import java.nio.charset.StandardCharsets;

/**
 * The text of one statement, checked before it is parsed: its size, its characters, and what {@link TokenCheck} looks
 * at.
 *
 * @param text the statement without a closing semicolon
 * @param normal the same without comments and with single blanks: two statements with one normal form are the same
 */
public record StatementText(String text, String normal) {
    static final int MAX_BYTES = 100_000;

    public static StatementText of(String sql) {
        int bytes = sql.length() > MAX_BYTES ? sql.length() : sql.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE,
                    "The statement is %,d bytes long; the limit is %,d.".formatted(bytes, MAX_BYTES));
        }
        checkCharacters(sql);
        String text = sql.substring(0, TokenCheck.end(sql));
        return new StatementText(text, NormalForm.of(text));
    }

    /** The characters of a range of this text. */
    public String at(TextRange range) {
        Lines lines = new Lines(text);
        int end = lines.offset(range.endLine(), range.endColumn());
        return text.substring(lines.offset(range.line(), range.column()), end + 1);
    }

    private static void checkCharacters(String sql) {
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            boolean paired =
                    Character.isHighSurrogate(c) && i + 1 < sql.length() && Character.isLowSurrogate(sql.charAt(i + 1));
            if (c == 0 || (Character.isSurrogate(c) && !paired)) {
                throw new GatehouseException(
                        ErrorCode.SQL_SYNTAX,
                        "Character %d of the statement, U+%04X, is not text.".formatted(i + 1, (int) c));
            }
            if (paired) {
                i++;
            }
        }
    }
}
