package io.gatehouse.sql.parse;

import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;
import static io.gatehouse.sql.grammar.DialectParserConstants.JOIN;
import static io.gatehouse.sql.grammar.DialectParserConstants.LBRACKET;
import static io.gatehouse.sql.grammar.DialectParserConstants.LPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.RBRACKET;
import static io.gatehouse.sql.grammar.DialectParserConstants.RPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.SEMICOLON;

import io.gatehouse.base.SurrogateHalf;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.grammar.Token;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The text of one statement, checked before it is parsed: its size, its characters, and what {@link TokenCheck} looks
 * at.
 *
 * @param text the statement without a closing semicolon
 * @param normal the same without comments and with single blanks: two statements with one normal form are the same
 */
public record StatementText(String text, String normal) {
    static final int MAX_BYTES = 100_000;

    /** Stands in {@link #around} where the place is. */
    static final String PLACE = "¦";

    /** Characters before and after a place that {@link #around} returns. */
    private static final int BEFORE = 4_000;

    private static final int AFTER = 2_000;

    public static StatementText of(String written) {
        // Editors of Windows begin a file with a byte order mark.
        String sql = written.startsWith("\ufeff") ? " " + written.substring(1) : written;
        int bytes = sql.length() > MAX_BYTES ? sql.length() : sql.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw StatementErrors.tooLarge(
                    "The statement is %,d bytes long; the limit is %,d.".formatted(bytes, MAX_BYTES));
        }
        checkCharacters(sql);
        LexedText lexed = LexedText.of(sql);
        int end = new TokenCheck(lexed).end();
        return new StatementText(sql.substring(0, end), lexed.normal(end));
    }

    /**
     * Returns the text with comments removed and whitespace collapsed; the text itself if it contains an unreadable
     * character. A line break between two string literals is kept, because it concatenates them, while a blank is an
     * error.
     */
    public static String normal(String sql) {
        return LexedText.of(sql).normal(sql.length());
    }

    /**
     * A text and its tokens.
     *
     * @param readable whether these are all of its tokens; otherwise those before a character that cannot be read
     */
    private record LexedText(String sql, Lines lines, List<Token> tokens, boolean readable) {
        static LexedText of(String sql) {
            Tokens tokens = new Tokens(new StringReader(sql));
            List<Token> all = tokens.readAll();
            return new LexedText(sql, new Lines(sql), all, tokens.failure().isEmpty());
        }

        /** The normal form of the text before an index. */
        String normal(int length) {
            StringBuilder normal = new StringBuilder();
            int end = 0;
            Token before = null;
            for (Token token : tokens) {
                int start = token.kind == EOF ? length : start(token);
                if (start < length) {
                    normal.append(start > end && before != null ? blank(before, token) : "");
                    end = lines.offset(token.endLine, token.endColumn) + 1;
                    normal.append(sql, start, end);
                    before = token;
                }
            }
            return readable ? normal.toString() : sql;
        }

        /** The tokens with single blanks between them and nothing in quotes, and {@link #PLACE} before an index. */
        String form(int place) {
            StringBuilder form = new StringBuilder();
            int end = 0;
            boolean marked = false;
            for (Token token : tokens) {
                int start = token.kind == EOF ? sql.length() : start(token);
                form.append(start > end && end > 0 ? " " : "");
                if (!marked && start >= place) {
                    form.append(PLACE);
                    marked = true;
                }
                end = token.kind == EOF ? start : lines.offset(token.endLine, token.endColumn) + 1;
                form.append(withoutContent(sql.substring(start, end)));
            }
            if (marked) {
                return form.append(sql, end, sql.length()).toString();
            }
            int rest = Math.max(end, Math.min(place, sql.length()));
            return form.append(sql, end, rest)
                    .append(PLACE)
                    .append(sql, rest, sql.length())
                    .toString();
        }

        /** 'a text' becomes '', and "a name" becomes "". */
        private static String withoutContent(String token) {
            char quote = token.isEmpty() ? ' ' : token.charAt(token.length() - 1);
            int first = token.indexOf(quote);
            boolean quoted = (quote == '\'' || quote == '"') && first < token.length() - 1;
            return quoted ? token.substring(0, first + 1) + quote : token;
        }

        int start(Token token) {
            return lines.offset(token.beginLine, token.beginColumn);
        }

        private static String blank(Token before, Token token) {
            boolean continued =
                    before.image.endsWith("'") && token.image.startsWith("'") && token.beginLine > before.endLine;
            return continued ? "\n" : " ";
        }
    }

    /**
     * Returns what is written around a place, with {@link #PLACE} in it: the tokens with single blanks, and nothing in
     * quotes, so that it shows the form of the statement and no values.
     *
     * @param place the beginning if empty, or if it is in the text of a definition that the statement uses
     */
    String around(Optional<TextRange> place) {
        LexedText lexed = LexedText.of(text);
        int at = place.filter(range -> lexed.lines().has(range.line()))
                .map(range -> lexed.lines().offset(range.line(), range.column()))
                .orElse(0);
        String form = lexed.form(at);
        int marked = form.indexOf(PLACE);
        return form.substring(Math.max(0, marked - BEFORE), Math.min(form.length(), marked + AFTER));
    }

    /** The characters of a range of this text. */
    public String at(TextRange range) {
        Lines lines = new Lines(text);
        int end = lines.offset(range.endLine(), range.endColumn());
        return text.substring(lines.offset(range.line(), range.column()), end + 1);
    }

    private static void checkCharacters(String sql) {
        int zero = sql.indexOf(0);
        int half = SurrogateHalf.find(sql).orElse(-1);
        int wrong = zero < 0 || (half >= 0 && half < zero) ? half : zero;
        if (wrong >= 0) {
            throw new GatehouseException(
                    ErrorCode.SQL_SYNTAX,
                    "Character %d of the statement, U+%04X, is not text."
                            .formatted(wrong + 1, (int) sql.charAt(wrong)));
        }
    }

    /**
     * Checks the tokens of a statement before it is parsed: that it is a single statement, of a kind that the grammar
     * has, and not too long or too deep for the parser. Uses the parser's own lexer, so that both agree on texts and
     * comments.
     */
    private static final class TokenCheck {
        static final int MAX_TOKENS = 20_000;
        static final int MAX_NESTING = 200;

        /** First words of unsupported DuckDB statements, and their errors. */
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

        /** Joins whose first word the grammar would take for an alias, and what to write instead. */
        private static final Map<String, String> JOINS = Map.of("SEMI", "WHERE EXISTS", "ANTI", "WHERE NOT EXISTS");

        private final LexedText statement;
        private int count;
        private int nesting;
        private String before = "";
        private @Nullable Token semicolon;

        TokenCheck(LexedText statement) {
            this.statement = statement;
        }

        /** Checks a statement and returns the index of the semicolon that closes it, or else its length. */
        int end() {
            for (Token token : statement.tokens()) {
                if (token.kind != EOF) {
                    check(token);
                }
            }
            if (!statement.readable()) {
                // The parser meets the same character and reports it with its position.
                return statement.sql().length();
            }
            if (count == 0) {
                throw new GatehouseException(ErrorCode.SQL_SYNTAX, "There is no statement.");
            }
            return semicolon == null ? statement.sql().length() : statement.start(semicolon);
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
                    ? "%s is refused: SQL can only read here%s."
                            .formatted(word, word.equals("CREATE") ? "; a saved query takes the place of a view" : "")
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
}
