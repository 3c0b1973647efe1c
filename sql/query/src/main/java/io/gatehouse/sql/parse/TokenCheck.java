package io.gatehouse.sql.parse;

import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;
import static io.gatehouse.sql.grammar.DialectParserConstants.JOIN;
import static io.gatehouse.sql.grammar.DialectParserConstants.LBRACKET;
import static io.gatehouse.sql.grammar.DialectParserConstants.LPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.RBRACKET;
import static io.gatehouse.sql.grammar.DialectParserConstants.RPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.SEMICOLON;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.grammar.Token;
import io.gatehouse.sql.grammar.TokenMgrError;
import java.io.StringReader;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the tokens of a statement before it is parsed: that it is one statement, that it is no statement of
 * another kind which the grammar does not even know, and that it is not too long or too deep for the parser. The tokens
 * are the parser's own, so that what is a text or a comment here is one there too.
 */
final class TokenCheck {
    static final int MAX_TOKENS = 20_000;
    static final int MAX_NESTING = 200;

    /** First words of statements of DuckDB's, and what is wrong with them. */
    private static final Map<String, ErrorCode> OTHER_STATEMENTS = Map.ofEntries(
            Map.entry("attach", ErrorCode.SQL_READ_ONLY),
            Map.entry("detach", ErrorCode.SQL_READ_ONLY),
            Map.entry("copy", ErrorCode.SQL_READ_ONLY),
            Map.entry("create", ErrorCode.SQL_READ_ONLY),
            Map.entry("drop", ErrorCode.SQL_READ_ONLY),
            Map.entry("alter", ErrorCode.SQL_READ_ONLY),
            Map.entry("truncate", ErrorCode.SQL_READ_ONLY),
            Map.entry("export", ErrorCode.SQL_READ_ONLY),
            Map.entry("import", ErrorCode.SQL_READ_ONLY),
            Map.entry("install", ErrorCode.SQL_READ_ONLY),
            Map.entry("load", ErrorCode.SQL_READ_ONLY),
            Map.entry("set", ErrorCode.SQL_READ_ONLY),
            Map.entry("reset", ErrorCode.SQL_READ_ONLY),
            Map.entry("vacuum", ErrorCode.SQL_READ_ONLY),
            Map.entry("checkpoint", ErrorCode.SQL_READ_ONLY),
            Map.entry("use", ErrorCode.SQL_READ_ONLY),
            Map.entry("pragma", ErrorCode.SQL_NOT_SUPPORTED),
            Map.entry("call", ErrorCode.SQL_NOT_SUPPORTED),
            Map.entry("prepare", ErrorCode.SQL_NOT_SUPPORTED),
            Map.entry("execute", ErrorCode.SQL_NOT_SUPPORTED),
            Map.entry("begin", ErrorCode.SQL_NOT_SUPPORTED),
            Map.entry("commit", ErrorCode.SQL_NOT_SUPPORTED),
            Map.entry("rollback", ErrorCode.SQL_NOT_SUPPORTED));

    /** Kinds of joins that the grammar would take for an alias of the relation before, and what to write. */
    private static final Map<String, String> JOINS = Map.of("SEMI", "WHERE EXISTS", "ANTI", "WHERE NOT EXISTS");

    private final String sql;
    private final Lines lines;
    private final Tokens tokens;
    private int count;
    private int nesting;
    private String before = "";
    private @Nullable Token semicolon;

    private TokenCheck(String sql) {
        this.sql = sql;
        this.lines = new Lines(sql);
        this.tokens = new Tokens(new StringReader(sql));
    }

    /** Checks a statement and returns the index of the semicolon that closes it, or else its length. */
    static int end(String sql) {
        return new TokenCheck(sql).run();
    }

    private int run() {
        try {
            for (Token token = tokens.getNextToken(); token.kind != EOF; token = tokens.getNextToken()) {
                check(token);
            }
        } catch (TokenMgrError e) {
            // The parser meets the same character and reports it with its position.
            return sql.length();
        }
        if (count == 0) {
            throw new GatehouseException(ErrorCode.SQL_SYNTAX, "There is no statement.");
        }
        return semicolon == null ? sql.length() : lines.offset(semicolon.beginLine, semicolon.beginColumn);
    }

    private void check(Token token) {
        if (token.kind == SEMICOLON) {
            semicolon = semicolon == null ? token : semicolon;
            return;
        }
        if (semicolon != null) {
            throw at(token, ErrorCode.SQL_NOT_SUPPORTED, "Only one statement can be run at a time.");
        }
        if (count++ == 0) {
            checkFirst(token);
        }
        if (token.kind == JOIN && JOINS.containsKey(before)) {
            throw at(
                    token,
                    ErrorCode.SQL_NOT_SUPPORTED,
                    "%s JOIN is not supported; write %s (SELECT 1 FROM …).".formatted(before, JOINS.get(before)));
        }
        before = token.image.toUpperCase(Locale.ROOT);
        nesting += token.kind == LPAREN || token.kind == LBRACKET ? 1 : 0;
        nesting -= token.kind == RPAREN || token.kind == RBRACKET ? 1 : 0;
        if (nesting > MAX_NESTING) {
            String message = "Parentheses are nested more than %d deep.".formatted(MAX_NESTING);
            throw at(token, ErrorCode.SQL_TOO_LARGE, message);
        }
        if (count > MAX_TOKENS) {
            String message = "The statement has more than %,d words and symbols.".formatted(MAX_TOKENS);
            throw at(token, ErrorCode.SQL_TOO_LARGE, message);
        }
    }

    private static void checkFirst(Token token) {
        ErrorCode code = OTHER_STATEMENTS.get(token.image.toLowerCase(Locale.ROOT));
        if (code == null) {
            return;
        }
        String word = token.image.toUpperCase(Locale.ROOT);
        String message = code == ErrorCode.SQL_READ_ONLY
                ? "%s is refused: SQL can only read here.".formatted(word)
                : "%s is not supported; write a query that starts with SELECT, WITH or VALUES.".formatted(word);
        throw at(token, code, message);
    }

    private static GatehouseException at(Token token, ErrorCode code, String message) {
        return new GatehouseException(code, message, range(token));
    }

    private static TextRange range(Token token) {
        return new TextRange(token.beginLine, token.beginColumn, token.endLine, token.endColumn);
    }
}
