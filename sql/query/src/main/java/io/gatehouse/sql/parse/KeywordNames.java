package io.gatehouse.sql.parse;

import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.grammar.DialectParserConstants;
import io.gatehouse.sql.grammar.Token;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Decides which keywords of the grammar are names. DuckDB accepts most words as names of columns, relations and
 * functions, where Calcite's grammar reserves them: {@code date} is a name in {@code max(date)}, but not in
 * {@code DATE '2026-01-31'}. The neighbouring tokens decide.
 */
final class KeywordNames implements DialectParserConstants {
    /** Keywords of forms that are not supported, or of functions that are ordinary in DuckDB. */
    private static final BitSet NEVER_KEYWORDS = kinds(SqlResource.lines("keywords/names.txt"));

    /** Words that are keywords before a parenthesis only. */
    private static final BitSet BEFORE_PARENTHESIS = kinds(CUBE, EXISTS, ROLLUP, TRY_CAST, UNNEST);

    /** Words that only begin a statement. */
    private static final BitSet BEGINNING = kinds(DELETE, DROP, EXPLAIN, INSERT, MERGE, SET, UPDATE);

    /** Types that the grammar keeps as words. */
    private static final BitSet TYPES = kinds(CHARACTER, DATE, DECIMAL, TIME, TIMESTAMP);

    /** Units of time that may stand behind INTERVAL. */
    private static final BitSet UNITS = kinds(
            DAY, DAYS, HOUR, HOURS, MINUTE, MINUTES, MONTH, MONTHS, QUARTER, QUARTERS, SECOND, SECONDS, WEEK, WEEKS,
            YEAR, YEARS);

    private static final BitSet ROUNDINGS = kinds(FLOOR, CEIL, CEILING);

    private static final BitSet NUMBERS =
            kinds(UNSIGNED_INTEGER_LITERAL, DECIMAL_NUMERIC_LITERAL, APPROX_NUMERIC_LITERAL);

    private static final BitSet TEXTS =
            kinds(QUOTED_STRING, PREFIXED_STRING_LITERAL, UNICODE_STRING_LITERAL, C_STYLE_ESCAPED_STRING_LITERAL);

    /** Tokens that begin a value, besides keywords that are names. */
    private static final BitSet OPERANDS = kinds(HOOK, IDENTIFIER, LPAREN, NULL, QUOTED_IDENTIFIER);

    /** Keywords after which an expression begins; after any other, one has ended. */
    private static final BitSet OPENING = kinds(
            ALL, AND, ANY, AS, BETWEEN, BY, CASE, DISTINCT, ELSE, ESCAPE, EXCEPT, FROM, GLOB, HAVING, ILIKE, IN,
            INTERSECT, IS, JOIN, LIKE, LIMIT, NOT, OFFSET, ON, OR, QUALIFY, SELECT, SOME, THEN, TO, UNION, USING,
            VALUES, WHEN, WHERE, WITH);

    private static final BitSet WORDS = words();

    /** The content of a parenthesis. */
    private enum Parenthesis {
        CAST,
        WINDOW,
        OTHER
    }

    private final List<Token> tokens;
    private final Deque<Parenthesis> open = new ArrayDeque<>();

    private KeywordNames(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** Turns keywords that are names into identifiers. */
    static void mark(List<Token> tokens) {
        new KeywordNames(tokens).mark();
    }

    /** Whether a keyword can be used as a name everywhere without quotes. */
    static boolean isName(String word) {
        return NEVER_KEYWORDS.stream().anyMatch(kind -> image(kind).equals(word.toUpperCase(Locale.ROOT)));
    }

    private void mark() {
        for (int i = 0; i + 1 < tokens.size(); i++) {
            Token token = tokens.get(i);
            switch (token.kind) {
                case LPAREN -> open.push(parenthesis(i));
                case RPAREN -> open.poll();
                default -> {
                    if (WORDS.get(token.kind) && isName(i)) {
                        token.kind = IDENTIFIER;
                    }
                }
            }
        }
    }

    private Parenthesis parenthesis(int i) {
        int before = kind(i - 1);
        if (before == CAST || before == TRY_CAST) {
            return Parenthesis.CAST;
        }
        boolean declared = before == AS && !WORDS.get(kind(i + 1));
        boolean window = before == OVER || (before == AS && !opensQuery(kind(i + 1))) || declared;
        return window ? Parenthesis.WINDOW : Parenthesis.OTHER;
    }

    private static boolean opensQuery(int kind) {
        return kind == SELECT || kind == WITH || kind == FROM || kind == TABLE || kind == LPAREN;
    }

    private boolean isName(int i) {
        int before = kind(i - 1);
        if (before == DOT) {
            return true;
        }
        if (before == AS && open.peek() != Parenthesis.CAST) {
            return !isPartOfForm(i);
        }
        return !isKeyword(i);
    }

    /** AS MEASURE name, AS [NOT] MATERIALIZED (…), AS OF */
    private boolean isPartOfForm(int i) {
        return switch (kind(i)) {
            case MEASURE -> isNameLike(kind(i + 1));
            case NOT -> kind(i + 1) == MATERIALIZED;
            case MATERIALIZED -> kind(i + 1) == LPAREN;
            case OF -> true;
            default -> false;
        };
    }

    private boolean isKeyword(int i) {
        int kind = kind(i);
        int before = kind(i - 1);
        int after = kind(i + 1);
        if (NEVER_KEYWORDS.get(kind)) {
            return false;
        }
        if (BEFORE_PARENTHESIS.get(kind)) {
            return after == LPAREN;
        }
        if (BEGINNING.get(kind)) {
            return i == 0 || before == EXPLAIN;
        }
        if (TYPES.get(kind)) {
            return TEXTS.get(after) || isType(i) || hasZone(i);
        }
        if (ROUNDINGS.get(kind)) {
            return after == LPAREN && holdsTo(i + 1);
        }
        return switch (kind) {
            case AT -> after == TIME && kind(i + 2) == ZONE;
            case BETWEEN -> before == NOT || kind(i - 1) == ROWS || before == RANGE || before == GROUPS || ends(before);
            case CURRENT -> after == ROW;
            case CURRENT_DATE, CURRENT_TIMESTAMP -> after != DOT && !ends(before);
            case ESCAPE -> ends(before) && (TEXTS.get(after) || OPERANDS.get(after));
            case FILTER -> before == RPAREN && after == LPAREN;
            case FIRST -> before == NULLS || before == FETCH;
            case GROUPING -> after == LPAREN || after == SETS;
            case INTERVAL -> isInterval(i);
            case LAST -> before == NULLS;
            case MEASURE -> false;
            case NEXT -> before == FETCH;
            case OVER -> before == RPAREN || before == NULLS;
            case PARTITION -> after == BY;
            case PRECISION -> before == DOUBLE;
            case RANGE, GROUPS -> isFrame(i);
            case ROW -> after == LPAREN || before == CURRENT || after == ONLY || kind(i - 2) == OFFSET;
            case ROWS -> isFrame(i) || after == ONLY || kind(i - 2) == OFFSET;
            case SET_MINUS ->
                ends(before) && (opensQuery(after) || after == VALUES || after == ALL || after == DISTINCT);
            case UESCAPE -> before == UNICODE_STRING_LITERAL || before == UNICODE_QUOTED_IDENTIFIER;
            case UNKNOWN -> before == IS || (before == NOT && kind(i - 2) == IS);
            case VALUE -> kind(i - 2) == NAME && kind(i - 3) == INTO;
            case VALUES -> i == 0 || after == LPAREN || after == ROW || NUMBERS.get(after) || TEXTS.get(after);
            case WITHIN -> before == RPAREN && (after == GROUP || after == DISTINCT);
            default -> true;
        };
    }

    private boolean isType(int i) {
        return kind(i - 1) == INFIX_CAST || (kind(i - 1) == AS && open.peek() == Parenthesis.CAST);
    }

    /** TIMESTAMP WITH [LOCAL] TIME ZONE '…', AT TIME ZONE '…' */
    private boolean hasZone(int i) {
        return kind(i + 1) == ZONE
                || ((kind(i + 1) == WITH || kind(i + 1) == WITHOUT) && (kind(i + 2) == TIME || kind(i + 2) == LOCAL));
    }

    /** A number, a text or an expression in parentheses follows, or the word is the type with a unit. */
    private boolean isInterval(int i) {
        int after = kind(i + 1);
        boolean signed = after == MINUS || after == PLUS;
        return TEXTS.get(after)
                || NUMBERS.get(after)
                || after == LPAREN
                || (signed && TEXTS.get(kind(i + 2)))
                || (isType(i) && UNITS.get(after));
    }

    /** In the parentheses of a window, behind an expression or first, and before a bound. */
    private boolean isFrame(int i) {
        int after = kind(i + 1);
        boolean bound = after == BETWEEN
                || after == UNBOUNDED
                || after == CURRENT
                || after == INTERVAL
                || NUMBERS.get(after)
                || OPERANDS.get(after);
        return open.peek() == Parenthesis.WINDOW && bound && (kind(i - 1) == LPAREN || ends(kind(i - 1)));
    }

    /** Whether an expression can end with a token. */
    static boolean ends(int kind) {
        return switch (kind) {
            case RPAREN, RBRACKET, HOOK, IDENTIFIER, QUOTED_IDENTIFIER -> true;
            default -> NUMBERS.get(kind) || TEXTS.get(kind) || (WORDS.get(kind) && !OPENING.get(kind));
        };
    }

    private static boolean isNameLike(int kind) {
        return kind == IDENTIFIER || kind == QUOTED_IDENTIFIER || (WORDS.get(kind) && kind != FROM);
    }

    private boolean holdsTo(int parenthesis) {
        int depth = 0;
        for (int i = parenthesis; i < tokens.size(); i++) {
            int kind = kind(i);
            depth += kind == LPAREN ? 1 : kind == RPAREN ? -1 : 0;
            if (depth == 0) {
                return false;
            }
            if (depth == 1 && kind == TO) {
                return true;
            }
        }
        return false;
    }

    private int kind(int i) {
        return i < 0 || i >= tokens.size() ? EOF : tokens.get(i).kind;
    }

    private static BitSet kinds(int... kinds) {
        BitSet set = new BitSet();
        for (int kind : kinds) {
            set.set(kind);
        }
        return set;
    }

    /** The kinds of token of lists of words. */
    private static BitSet kinds(List<String> lines) {
        List<String> images = IntStream.range(0, tokenImage.length)
                .mapToObj(KeywordNames::image)
                .toList();
        BitSet set = new BitSet();
        for (String word : String.join(" ", lines).split(" ", -1)) {
            int kind = images.indexOf(word);
            if (kind < 0) {
                throw new IllegalArgumentException("%s is not a keyword of the grammar".formatted(word));
            }
            set.set(kind);
        }
        return set;
    }

    /** The kinds of token that are words. */
    private static BitSet words() {
        BitSet words = new BitSet();
        for (int kind = 0; kind < tokenImage.length; kind++) {
            words.set(kind, image(kind).matches("[A-Z][A-Z_0-9]*") && tokenImage[kind].startsWith("\""));
        }
        return words;
    }

    private static String image(int kind) {
        return tokenImage[kind].replace("\"", "");
    }
}
