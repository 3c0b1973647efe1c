package io.gatehouse.sql.parse;

import io.gatehouse.sql.grammar.DialectParserTokenManager;
import io.gatehouse.sql.grammar.Token;
import io.gatehouse.sql.grammar.TokenMgrError;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The token stream for the parser. Normalises what DuckDB or JDBC writes differently from the grammar: == becomes =,
 * trailing commas are removed, {fn ucase(x)} becomes upper(x), :name becomes one token like ?, texts lose their escapes,
 * and numbers the underscores between their digits.
 */
final class ParserTokens extends DialectParserTokenManager {
    private static final Set<Integer> NUMBERS =
            Set.of(UNSIGNED_INTEGER_LITERAL, DECIMAL_NUMERIC_LITERAL, APPROX_NUMERIC_LITERAL);

    /** Operator symbols that have a keyword. */
    private static final Map<Integer, List<Integer>> SIGNS = Map.of(
            DOUBLE_EQUALS, List.of(EQ),
            LIKE_SIGN, List.of(LIKE),
            NOT_LIKE_SIGN, List.of(NOT, LIKE),
            ILIKE_SIGN, List.of(ILIKE),
            NOT_ILIKE_SIGN, List.of(NOT, ILIKE),
            GLOB_SIGN, List.of(GLOB));

    /** Tokens that follow the last item of a list. */
    private static final Set<Integer> ENDS = Set.of(
            EOF, EXCEPT, FETCH, FROM, GROUP, HAVING, INTERSECT, LIMIT, OFFSET, ORDER, QUALIFY, RBRACKET, RPAREN, SELECT,
            UNION, WHERE, WINDOW);

    /** The name of a parameter. */
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*+");

    /** JDBC's names of functions that have a different name here. */
    private static final Map<String, String> JDBC_FUNCTIONS = Map.ofEntries(
            Map.entry("char", "chr"),
            Map.entry("curdate", "current_date"),
            Map.entry("dayofmonth", "day"),
            Map.entry("ifnull", "coalesce"),
            Map.entry("lcase", "lower"),
            Map.entry("log", "ln"),
            Map.entry("truncate", "trunc"),
            Map.entry("ucase", "upper"));

    private final Tokens raw;
    private final Deque<Token> tokens = new ArrayDeque<>();
    private @Nullable TokenMgrError failure;
    private boolean read;

    ParserTokens(Reader sql) {
        this(new Tokens(sql));
    }

    private ParserTokens(Tokens raw) {
        super(raw.characters());
        this.raw = raw;
    }

    @Override
    public Token getNextToken() {
        if (!read) {
            read = true;
            tokens.addAll(readAll());
        }
        if (tokens.size() == 1 && failure != null) {
            throw failure;
        }
        return tokens.size() == 1 ? tokens.element() : tokens.remove();
    }

    /** Reads all tokens; the error of an unreadable character is thrown when the parser gets there. */
    private List<Token> readAll() {
        List<Token> all = raw.readAll();
        raw.failure().ifPresent(e -> {
            failure = e;
            all.add(new Token());
        });
        List<Token> written =
                withoutTrailingCommas(withNullTreatmentBehind(withWords(withParameters(withoutEscapes(all)))));
        KeywordNames.mark(written);
        written.stream()
                .filter(token -> NUMBERS.contains(token.kind))
                .forEach(token -> token.image = token.image.replace("_", ""));
        written.stream()
                .filter(token -> token.kind == C_STYLE_ESCAPED_STRING_LITERAL)
                .forEach(ParserTokens::unescape);
        return written;
    }

    /** Removes the braces of JDBC's escapes: {fn f(x)}, {oj a LEFT JOIN b}, {escape '!'} and {limit 1}. */
    private static List<Token> withoutEscapes(List<Token> all) {
        List<Token> written = new ArrayList<>();
        Deque<Boolean> escapes = new ArrayDeque<>();
        for (int i = 0; i < all.size(); i++) {
            Token token = all.get(i);
            switch (token.kind) {
                case LBRACE_FN -> {
                    escapes.push(true);
                    function(all.get(Math.min(i + 1, all.size() - 1)));
                }
                case LBRACE -> {
                    Token word = all.get(Math.min(i + 1, all.size() - 1));
                    boolean join = word.image != null && word.image.equalsIgnoreCase("oj");
                    boolean escape = join || word.kind == ESCAPE || word.kind == LIMIT;
                    escapes.push(escape);
                    i += join ? 1 : 0;
                    if (!escape) {
                        written.add(token);
                    }
                }
                case LBRACE_D, LBRACE_T, LBRACE_TS -> {
                    escapes.push(false);
                    written.add(token);
                }
                case RBRACE -> {
                    if (escapes.isEmpty() || !escapes.pop()) {
                        written.add(token);
                    }
                }
                default -> written.add(token);
            }
        }
        return written;
    }

    /**
     * Makes one token of a colon and the word directly behind it, {@code :name}. In brackets behind a list a colon that
     * can be that of a slice is one, as in {@code experts[1:n]} and {@code experts[:n]}, and so is one in braces.
     */
    private static List<Token> withParameters(List<Token> all) {
        List<Token> written = new ArrayList<>();
        Deque<Boolean> slices = new ArrayDeque<>();
        for (int i = 0; i < all.size(); i++) {
            Token token = all.get(i);
            int before = kind(written, 1);
            switch (token.kind) {
                case LPAREN -> slices.push(false);
                case LBRACKET -> slices.push(KeywordNames.ends(before) && before != ARRAY);
                case LBRACE, LBRACE_D, LBRACE_T, LBRACE_TS -> slices.push(true);
                case RPAREN, RBRACKET, RBRACE -> slices.poll();
                default -> {}
            }
            boolean separates = !slices.isEmpty()
                    && slices.element()
                    && (KeywordNames.ends(before)
                            || before == LBRACKET
                            || (before == MINUS && kind(written, 2) == COLON));
            if (token.kind == COLON && !separates && isNameBehind(all.get(Math.min(i + 1, all.size() - 1)), token)) {
                written.add(parameter(token, all.get(++i)));
            } else {
                written.add(token);
            }
        }
        return written;
    }

    /** The kind of a token so many places before the end. */
    private static int kind(List<Token> tokens, int back) {
        return tokens.size() < back ? EOF : tokens.get(tokens.size() - back).kind;
    }

    private static boolean isNameBehind(Token word, Token colon) {
        return word.image != null
                && word.beginLine == colon.endLine
                && word.beginColumn == colon.endColumn + 1
                && NAME.matcher(word.image).matches();
    }

    private static Token parameter(Token colon, Token name) {
        Token parameter = new Token();
        parameter.kind = HOOK;
        parameter.image = ":" + name.image.toLowerCase(Locale.ROOT);
        parameter.beginLine = colon.beginLine;
        parameter.beginColumn = colon.beginColumn;
        parameter.endLine = name.endLine;
        parameter.endColumn = name.endColumn;
        return parameter;
    }

    private static void function(Token name) {
        String ours = name.image == null ? null : JDBC_FUNCTIONS.get(name.image.toLowerCase(Locale.ROOT));
        if (ours != null) {
            name.kind = IDENTIFIER;
            name.image = ours;
        }
    }

    private static void unescape(Token text) {
        text.image = EscapedText.unescaped(text.image)
                .orElseThrow(() -> StatementErrors.notSupported(
                        "The escapes in %s are not valid UTF-8 text; write the characters instead."
                                .formatted(text.image)));
        text.kind = QUOTED_STRING;
    }

    /** Replaces x ISNULL, in which the grammar would take ISNULL for an alias, by x IS NULL, and == by =. */
    private static List<Token> withWords(List<Token> all) {
        List<Token> written = new ArrayList<>();
        for (Token token : all) {
            int before = written.isEmpty() ? EOF : written.get(written.size() - 1).kind;
            for (int kind : SIGNS.getOrDefault(token.kind, nullTest(token, before))) {
                written.add(inPlaceOf(token, kind));
            }
        }
        return written;
    }

    /** ISNULL and NOTNULL are names after AS and after a dot. */
    private static List<Integer> nullTest(Token token, int before) {
        String word = token.kind == IDENTIFIER && before != AS && before != DOT ? token.image : "";
        return word.equalsIgnoreCase("ISNULL")
                ? List.of(IS, NULL)
                : word.equalsIgnoreCase("NOTNULL") ? List.of(IS, NOT, NULL) : List.of(token.kind);
    }

    private static Token inPlaceOf(Token token, int kind) {
        if (kind == token.kind) {
            return token;
        }
        Token other = new Token();
        other.kind = kind;
        other.image = tokenImage[kind].replace("\"", "");
        other.beginLine = token.beginLine;
        other.beginColumn = token.beginColumn;
        other.endLine = token.endLine;
        other.endColumn = token.endColumn;
        return other;
    }

    /** Replaces first_value(x IGNORE NULLS) by first_value(x) IGNORE NULLS. */
    private static List<Token> withNullTreatmentBehind(List<Token> all) {
        for (int i = 0; i + 3 < all.size(); i++) {
            int kind = all.get(i).kind;
            if ((kind == IGNORE || kind == RESPECT)
                    && all.get(i + 1).kind == NULLS
                    && all.get(i + 2).kind == RPAREN
                    && (all.get(i + 3).kind == OVER || all.get(i + 3).kind == FILTER)) {
                all.add(i, all.remove(i + 2));
                i += 2;
            }
        }
        return all;
    }

    private static List<Token> withoutTrailingCommas(List<Token> all) {
        List<Token> written = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            boolean trailing =
                    all.get(i).kind == COMMA && i > 0 && i + 1 < all.size() && ENDS.contains(all.get(i + 1).kind);
            if (!trailing) {
                written.add(all.get(i));
            }
        }
        return written;
    }
}
