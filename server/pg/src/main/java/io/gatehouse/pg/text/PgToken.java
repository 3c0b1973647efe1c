package io.gatehouse.pg.text;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * A token of a statement.
 *
 * @param text as it is written
 * @param start of it in the text of the client, in UTF-16 units
 */
public record PgToken(Kind kind, String text, int start) {
    /** What a token is. */
    public enum Kind {
        WORD,
        /** A name in double quotes. */
        NAME,
        /** A string in single quotes or dollars. */
        STRING,
        /** A string with escapes: E'…'. */
        ESCAPED,
        NUMBER,
        /** $1 */
        PARAMETER,
        SYMBOL
    }

    public PgToken {
        requireNonNull(kind, "kind is null");
        requireNonNull(text, "text is null");
    }

    public int end() {
        return start + text.length();
    }

    /** Whether it is this word, in any case, without quotes. */
    public boolean is(String word) {
        return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
    }

    /** The name that a word or a quoted name is; a string is its content, as in {@code SET x = 'value'}. */
    public String value() {
        return switch (kind) {
            case WORD -> text.toLowerCase(Locale.ROOT);
            case NAME -> text.substring(1, text.length() - 1).replace("\"\"", "\"");
            case STRING ->
                text.startsWith("'") ? text.substring(1, text.length() - 1).replace("''", "'") : dollars();
            case ESCAPED -> unescaped();
            case NUMBER, PARAMETER, SYMBOL -> text;
        };
    }

    private String dollars() {
        int tag = text.indexOf('$', 1) + 1;
        return text.substring(tag, text.length() - tag);
    }

    /** \n, \t, \\ and so on; the escapes with digits are left as they are. */
    private String unescaped() {
        StringBuilder value = new StringBuilder();
        for (int i = 2; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (c == '\'') {
                i++;
                value.append(c);
            } else if (c == '\\' && i + 1 < text.length() - 1) {
                char escape = text.charAt(++i);
                value.append(
                        switch (escape) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            case 'b' -> '\b';
                            case 'f' -> '\f';
                            default -> escape;
                        });
            } else {
                value.append(c);
            }
        }
        return value.toString();
    }
}
