package io.gatehouse.pg.text;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.text.PgToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits a text into tokens by PostgreSQL's rules, with standard_conforming_strings on. Comments are left out. */
final class PgLexer {
    private static final Pattern DOLLAR = Pattern.compile("\\$([A-Za-z_\\x80-\\uffff][\\w\\x80-\\uffff]*)?\\$");
    private static final String SYMBOLS = "+-*/<>=~!@#%^&|`?";

    private final String text;
    private int at;

    PgLexer(String text) {
        this.text = text;
    }

    /** All tokens. */
    List<PgToken> tokens() {
        List<PgToken> tokens = new ArrayList<>();
        while (skipSpace()) {
            int start = at;
            Kind kind = read();
            tokens.add(new PgToken(kind, text.substring(start, at), start));
        }
        return tokens;
    }

    /** Moves to the next token; false at the end. */
    private boolean skipSpace() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("--", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                skipComment();
            } else {
                return true;
            }
        }
        return false;
    }

    /** Comments nest. */
    private void skipComment() {
        int start = at;
        int depth = 0;
        do {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
            if (at >= text.length() && depth > 0) {
                throw unterminated("A comment", start);
            }
        } while (depth > 0);
    }

    private Kind read() {
        char c = text.charAt(at);
        if (c == '\'') {
            quoted('\'', false, "A string");
            return Kind.STRING;
        }
        if (c == '"') {
            quoted('"', false, "A name");
            return Kind.NAME;
        }
        if ((c == 'e' || c == 'E') && text.startsWith("'", at + 1)) {
            at++;
            quoted('\'', true, "A string");
            return Kind.ESCAPED;
        }
        if (Character.isLetter(c) || c == '_') {
            while (at < text.length() && isWordPart(text.charAt(at))) {
                at++;
            }
            return Kind.WORD;
        }
        if (Character.isDigit(c) || (c == '.' && isDigit(at + 1))) {
            number();
            return Kind.NUMBER;
        }
        return c == '$' ? dollar() : symbol(c);
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private boolean isDigit(int index) {
        return index < text.length() && Character.isDigit(text.charAt(index));
    }

    private void number() {
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at))
                        || text.charAt(at) == '_'
                        || (text.charAt(at) == '.' && !text.startsWith("..", at))
                        || ((text.charAt(at) == '-' || text.charAt(at) == '+')
                                && Character.toLowerCase(text.charAt(at - 1)) == 'e'
                                && isDigit(at + 1)))) {
            at++;
        }
    }

    private Kind dollar() {
        if (isDigit(at + 1)) {
            at++;
            while (isDigit(at)) {
                at++;
            }
            return Kind.PARAMETER;
        }
        Matcher tag = DOLLAR.matcher(text).region(at, text.length());
        if (tag.lookingAt()) {
            int end = text.indexOf(tag.group(), tag.end());
            if (end < 0) {
                throw unterminated("A string", at);
            }
            at = end + tag.group().length();
            return Kind.STRING;
        }
        at++;
        return Kind.SYMBOL;
    }

    private Kind symbol(char c) {
        if (text.startsWith("::", at)) {
            at += 2;
            return Kind.SYMBOL;
        }
        at++;
        if (SYMBOLS.indexOf(c) >= 0) {
            while (at < text.length()
                    && SYMBOLS.indexOf(text.charAt(at)) >= 0
                    && !text.startsWith("--", at)
                    && !text.startsWith("/*", at)) {
                at++;
            }
        }
        return Kind.SYMBOL;
    }

    /** Reads to the closing quote; a doubled one is part of the content. */
    private void quoted(char quote, boolean escapes, String what) {
        int start = at;
        at++;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (escapes && c == '\\') {
                at += 2;
            } else if (c == quote && text.startsWith(String.valueOf(quote), at + 1)) {
                at += 2;
            } else if (c == quote) {
                at++;
                return;
            } else {
                at++;
            }
        }
        throw unterminated(what, start);
    }

    private GatehouseException unterminated(String what, int start) {
        return new GatehouseException(
                ErrorCode.SQL_SYNTAX, "%s that begins at character %d has no end.".formatted(what, start + 1));
    }
}
