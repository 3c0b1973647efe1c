package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.apache.calcite.sql.parser.babel.SimpleCharStream;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImplTokenManager;
import org.apache.calcite.sql.parser.babel.Token;
import org.apache.calcite.sql.parser.babel.TokenMgrError;
import org.jspecify.annotations.Nullable;

/**
 * The text of one statement, checked before it is parsed: its size, its characters, its nesting, that it is one
 * statement, and that it holds no {@code //}, which DuckDB reads as an operator and Calcite as a comment. It is cut
 * into tokens by Calcite's own lexer, so that what is a string or a comment here is one for the parser too.
 *
 * @param text the statement without a closing semicolon
 */
record StatementText(String text) {
    static final int MAX_BYTES = 100_000;
    static final int MAX_TOKENS = 20_000;
    static final int MAX_NESTING = 200;

    static StatementText of(String sql) {
        int bytes = sql.length() > MAX_BYTES ? sql.length() : sql.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE,
                    "The statement is %,d bytes long; the limit is %,d.".formatted(bytes, MAX_BYTES));
        }
        checkCharacters(sql);
        return new StatementText(new Scan(sql).run());
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

    /** Counts a tab as one column, as the parser does. */
    private static final class Characters extends SimpleCharStream {
        Characters(String sql) {
            super(new StringReader(sql), 1, 1);
            setTabSize(1);
        }
    }

    /** One walk over the tokens. */
    private static final class Scan {
        private final String sql;
        private final SqlBabelParserImplTokenManager tokens;
        private int count;
        private int nesting;
        private @Nullable Token semicolon;

        Scan(String sql) {
            this.sql = sql;
            this.tokens = new SqlBabelParserImplTokenManager(new Characters(sql), SqlBabelParserImplConstants.DQID);
        }

        String run() {
            try {
                for (Token token = tokens.getNextToken(); ; token = tokens.getNextToken()) {
                    checkComments(token);
                    if (token.kind == SqlBabelParserImplConstants.EOF) {
                        break;
                    }
                    check(token);
                }
            } catch (TokenMgrError e) {
                // The parser meets the same character and reports it with its position.
                return sql;
            }
            if (count == 0) {
                throw new GatehouseException(ErrorCode.SQL_SYNTAX, "There is no statement.");
            }
            return semicolon == null ? sql : upTo(semicolon);
        }

        private void check(Token token) {
            if (semicolon != null) {
                if (token.kind == SqlBabelParserImplConstants.SEMICOLON) {
                    return;
                }
                throw at(token, ErrorCode.SQL_NOT_SUPPORTED, "Only one statement can be run at a time.");
            }
            switch (token.kind) {
                case SqlBabelParserImplConstants.SEMICOLON -> semicolon = token;
                case SqlBabelParserImplConstants.LPAREN, SqlBabelParserImplConstants.LBRACKET -> nesting++;
                case SqlBabelParserImplConstants.RPAREN, SqlBabelParserImplConstants.RBRACKET -> nesting--;
                default -> {}
            }
            if (nesting > MAX_NESTING) {
                throw at(
                        token,
                        ErrorCode.SQL_TOO_LARGE,
                        "Parentheses are nested more than %d deep.".formatted(MAX_NESTING));
            }
            if (token.kind != SqlBabelParserImplConstants.SEMICOLON && ++count > MAX_TOKENS) {
                throw at(
                        token,
                        ErrorCode.SQL_TOO_LARGE,
                        "The statement has more than %,d words and symbols.".formatted(MAX_TOKENS));
            }
        }

        private static void checkComments(Token token) {
            for (Token comment = token.specialToken; comment != null; comment = comment.specialToken) {
                if (comment.image.startsWith("//")) {
                    throw new GatehouseException(
                            ErrorCode.SQL_NOT_SUPPORTED,
                            "The operator // is not supported; write divide(a, b) for integer division and -- for a"
                                    + " comment.",
                            new TextRange(
                                    comment.beginLine,
                                    comment.beginColumn,
                                    comment.beginLine,
                                    comment.beginColumn + 1));
                }
            }
        }

        private String upTo(Token end) {
            int offset = 0;
            for (int line = 1; line < end.beginLine; line++) {
                offset = afterLineBreak(offset);
            }
            return sql.substring(0, offset + end.beginColumn - 1);
        }

        /** Lines end as {@link SimpleCharStream} ends them: at LF, CR or CR LF. */
        private int afterLineBreak(int from) {
            int i = from;
            while (sql.charAt(i) != '\n' && sql.charAt(i) != '\r') {
                i++;
            }
            boolean pair = sql.startsWith("\r\n", i);
            return i + (pair ? 2 : 1);
        }

        private static GatehouseException at(Token token, ErrorCode code, String message) {
            return new GatehouseException(
                    code, message, new TextRange(token.beginLine, token.beginColumn, token.endLine, token.endColumn));
        }
    }
}
