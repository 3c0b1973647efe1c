package io.gatehouse.sql.parse;

import static io.gatehouse.sql.grammar.DialectParserConstants.ALL;
import static io.gatehouse.sql.grammar.DialectParserConstants.AND;
import static io.gatehouse.sql.grammar.DialectParserConstants.ANY;
import static io.gatehouse.sql.grammar.DialectParserConstants.APPROX_NUMERIC_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.ARRAY_CONCAT_AGG;
import static io.gatehouse.sql.grammar.DialectParserConstants.AS;
import static io.gatehouse.sql.grammar.DialectParserConstants.AT;
import static io.gatehouse.sql.grammar.DialectParserConstants.BETWEEN;
import static io.gatehouse.sql.grammar.DialectParserConstants.BY;
import static io.gatehouse.sql.grammar.DialectParserConstants.CALL;
import static io.gatehouse.sql.grammar.DialectParserConstants.CASE;
import static io.gatehouse.sql.grammar.DialectParserConstants.CAST;
import static io.gatehouse.sql.grammar.DialectParserConstants.CEIL;
import static io.gatehouse.sql.grammar.DialectParserConstants.CEILING;
import static io.gatehouse.sql.grammar.DialectParserConstants.CHARACTER;
import static io.gatehouse.sql.grammar.DialectParserConstants.CLASSIFIER;
import static io.gatehouse.sql.grammar.DialectParserConstants.CONTAINS;
import static io.gatehouse.sql.grammar.DialectParserConstants.CONTAINS_SUBSTR;
import static io.gatehouse.sql.grammar.DialectParserConstants.CONVERT;
import static io.gatehouse.sql.grammar.DialectParserConstants.CUBE;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_CATALOG;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_DATE;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_DEFAULT_TRANSFORM_GROUP;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_PATH;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_ROLE;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_ROW;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_SCHEMA;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_TIME;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_TIMESTAMP;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_TRANSFORM_GROUP_FOR_TYPE;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURRENT_USER;
import static io.gatehouse.sql.grammar.DialectParserConstants.CURSOR;
import static io.gatehouse.sql.grammar.DialectParserConstants.C_STYLE_ESCAPED_STRING_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.DATE;
import static io.gatehouse.sql.grammar.DialectParserConstants.DATETIME;
import static io.gatehouse.sql.grammar.DialectParserConstants.DATETIME_DIFF;
import static io.gatehouse.sql.grammar.DialectParserConstants.DATETIME_TRUNC;
import static io.gatehouse.sql.grammar.DialectParserConstants.DATE_DIFF;
import static io.gatehouse.sql.grammar.DialectParserConstants.DATE_TRUNC;
import static io.gatehouse.sql.grammar.DialectParserConstants.DAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.DAYS;
import static io.gatehouse.sql.grammar.DialectParserConstants.DECIMAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.DECIMAL_NUMERIC_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.DEFINE;
import static io.gatehouse.sql.grammar.DialectParserConstants.DELETE;
import static io.gatehouse.sql.grammar.DialectParserConstants.DISTINCT;
import static io.gatehouse.sql.grammar.DialectParserConstants.DOT;
import static io.gatehouse.sql.grammar.DialectParserConstants.DOUBLE;
import static io.gatehouse.sql.grammar.DialectParserConstants.DROP;
import static io.gatehouse.sql.grammar.DialectParserConstants.ELSE;
import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;
import static io.gatehouse.sql.grammar.DialectParserConstants.EQUALS;
import static io.gatehouse.sql.grammar.DialectParserConstants.ESCAPE;
import static io.gatehouse.sql.grammar.DialectParserConstants.EXCEPT;
import static io.gatehouse.sql.grammar.DialectParserConstants.EXISTS;
import static io.gatehouse.sql.grammar.DialectParserConstants.EXPLAIN;
import static io.gatehouse.sql.grammar.DialectParserConstants.FETCH;
import static io.gatehouse.sql.grammar.DialectParserConstants.FILTER;
import static io.gatehouse.sql.grammar.DialectParserConstants.FINAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.FIRST;
import static io.gatehouse.sql.grammar.DialectParserConstants.FLOOR;
import static io.gatehouse.sql.grammar.DialectParserConstants.FORMAT;
import static io.gatehouse.sql.grammar.DialectParserConstants.FRIDAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.FROM;
import static io.gatehouse.sql.grammar.DialectParserConstants.FUSION;
import static io.gatehouse.sql.grammar.DialectParserConstants.GLOB;
import static io.gatehouse.sql.grammar.DialectParserConstants.GRANT;
import static io.gatehouse.sql.grammar.DialectParserConstants.GROUP;
import static io.gatehouse.sql.grammar.DialectParserConstants.GROUPING;
import static io.gatehouse.sql.grammar.DialectParserConstants.GROUPS;
import static io.gatehouse.sql.grammar.DialectParserConstants.GROUP_CONCAT;
import static io.gatehouse.sql.grammar.DialectParserConstants.HAVING;
import static io.gatehouse.sql.grammar.DialectParserConstants.HOOK;
import static io.gatehouse.sql.grammar.DialectParserConstants.HOP;
import static io.gatehouse.sql.grammar.DialectParserConstants.HOUR;
import static io.gatehouse.sql.grammar.DialectParserConstants.HOURS;
import static io.gatehouse.sql.grammar.DialectParserConstants.IDENTIFIER;
import static io.gatehouse.sql.grammar.DialectParserConstants.ILIKE;
import static io.gatehouse.sql.grammar.DialectParserConstants.IMMEDIATELY;
import static io.gatehouse.sql.grammar.DialectParserConstants.IN;
import static io.gatehouse.sql.grammar.DialectParserConstants.INFIX_CAST;
import static io.gatehouse.sql.grammar.DialectParserConstants.INSERT;
import static io.gatehouse.sql.grammar.DialectParserConstants.INTERSECT;
import static io.gatehouse.sql.grammar.DialectParserConstants.INTERSECTION;
import static io.gatehouse.sql.grammar.DialectParserConstants.INTERVAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.IS;
import static io.gatehouse.sql.grammar.DialectParserConstants.JOIN;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_ARRAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_ARRAYAGG;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_EXISTS;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_OBJECT;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_OBJECTAGG;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_QUERY;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_SCOPE;
import static io.gatehouse.sql.grammar.DialectParserConstants.JSON_VALUE;
import static io.gatehouse.sql.grammar.DialectParserConstants.LAST;
import static io.gatehouse.sql.grammar.DialectParserConstants.LIKE;
import static io.gatehouse.sql.grammar.DialectParserConstants.LIMIT;
import static io.gatehouse.sql.grammar.DialectParserConstants.LOCAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.LOCALTIME;
import static io.gatehouse.sql.grammar.DialectParserConstants.LOCALTIMESTAMP;
import static io.gatehouse.sql.grammar.DialectParserConstants.LPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.MAP;
import static io.gatehouse.sql.grammar.DialectParserConstants.MATCH_CONDITION;
import static io.gatehouse.sql.grammar.DialectParserConstants.MATCH_NUMBER;
import static io.gatehouse.sql.grammar.DialectParserConstants.MATCH_RECOGNIZE;
import static io.gatehouse.sql.grammar.DialectParserConstants.MATERIALIZED;
import static io.gatehouse.sql.grammar.DialectParserConstants.MEASURE;
import static io.gatehouse.sql.grammar.DialectParserConstants.MEMBER;
import static io.gatehouse.sql.grammar.DialectParserConstants.MERGE;
import static io.gatehouse.sql.grammar.DialectParserConstants.MINUS;
import static io.gatehouse.sql.grammar.DialectParserConstants.MINUTE;
import static io.gatehouse.sql.grammar.DialectParserConstants.MINUTES;
import static io.gatehouse.sql.grammar.DialectParserConstants.MONDAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.MONTH;
import static io.gatehouse.sql.grammar.DialectParserConstants.MONTHS;
import static io.gatehouse.sql.grammar.DialectParserConstants.MULTISET;
import static io.gatehouse.sql.grammar.DialectParserConstants.NEW;
import static io.gatehouse.sql.grammar.DialectParserConstants.NEXT;
import static io.gatehouse.sql.grammar.DialectParserConstants.NOT;
import static io.gatehouse.sql.grammar.DialectParserConstants.NULL;
import static io.gatehouse.sql.grammar.DialectParserConstants.NULLS;
import static io.gatehouse.sql.grammar.DialectParserConstants.OF;
import static io.gatehouse.sql.grammar.DialectParserConstants.OFFSET;
import static io.gatehouse.sql.grammar.DialectParserConstants.ON;
import static io.gatehouse.sql.grammar.DialectParserConstants.ONLY;
import static io.gatehouse.sql.grammar.DialectParserConstants.OR;
import static io.gatehouse.sql.grammar.DialectParserConstants.ORDINAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.OVER;
import static io.gatehouse.sql.grammar.DialectParserConstants.OVERLAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.PARTITION;
import static io.gatehouse.sql.grammar.DialectParserConstants.PATTERN;
import static io.gatehouse.sql.grammar.DialectParserConstants.PERIOD;
import static io.gatehouse.sql.grammar.DialectParserConstants.PLUS;
import static io.gatehouse.sql.grammar.DialectParserConstants.PRECEDES;
import static io.gatehouse.sql.grammar.DialectParserConstants.PRECISION;
import static io.gatehouse.sql.grammar.DialectParserConstants.PREFIXED_STRING_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.PREV;
import static io.gatehouse.sql.grammar.DialectParserConstants.QUALIFY;
import static io.gatehouse.sql.grammar.DialectParserConstants.QUARTER;
import static io.gatehouse.sql.grammar.DialectParserConstants.QUARTERS;
import static io.gatehouse.sql.grammar.DialectParserConstants.QUOTED_IDENTIFIER;
import static io.gatehouse.sql.grammar.DialectParserConstants.QUOTED_STRING;
import static io.gatehouse.sql.grammar.DialectParserConstants.RANGE;
import static io.gatehouse.sql.grammar.DialectParserConstants.RBRACKET;
import static io.gatehouse.sql.grammar.DialectParserConstants.ROLLUP;
import static io.gatehouse.sql.grammar.DialectParserConstants.ROW;
import static io.gatehouse.sql.grammar.DialectParserConstants.ROWS;
import static io.gatehouse.sql.grammar.DialectParserConstants.RPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.RUNNING;
import static io.gatehouse.sql.grammar.DialectParserConstants.SAFE_CAST;
import static io.gatehouse.sql.grammar.DialectParserConstants.SAFE_OFFSET;
import static io.gatehouse.sql.grammar.DialectParserConstants.SAFE_ORDINAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.SATURDAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.SECOND;
import static io.gatehouse.sql.grammar.DialectParserConstants.SECONDS;
import static io.gatehouse.sql.grammar.DialectParserConstants.SELECT;
import static io.gatehouse.sql.grammar.DialectParserConstants.SESSION;
import static io.gatehouse.sql.grammar.DialectParserConstants.SESSION_USER;
import static io.gatehouse.sql.grammar.DialectParserConstants.SET;
import static io.gatehouse.sql.grammar.DialectParserConstants.SETS;
import static io.gatehouse.sql.grammar.DialectParserConstants.SET_MINUS;
import static io.gatehouse.sql.grammar.DialectParserConstants.SKIP_;
import static io.gatehouse.sql.grammar.DialectParserConstants.SOME;
import static io.gatehouse.sql.grammar.DialectParserConstants.SPECIFIC;
import static io.gatehouse.sql.grammar.DialectParserConstants.STREAM;
import static io.gatehouse.sql.grammar.DialectParserConstants.SUBMULTISET;
import static io.gatehouse.sql.grammar.DialectParserConstants.SUCCEEDS;
import static io.gatehouse.sql.grammar.DialectParserConstants.SUNDAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.SYSTEM_USER;
import static io.gatehouse.sql.grammar.DialectParserConstants.TABLE;
import static io.gatehouse.sql.grammar.DialectParserConstants.THEN;
import static io.gatehouse.sql.grammar.DialectParserConstants.THURSDAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIME;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIMESTAMP;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIMESTAMPADD;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIMESTAMPDIFF;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIMESTAMP_DIFF;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIMESTAMP_TRUNC;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIME_DIFF;
import static io.gatehouse.sql.grammar.DialectParserConstants.TIME_TRUNC;
import static io.gatehouse.sql.grammar.DialectParserConstants.TO;
import static io.gatehouse.sql.grammar.DialectParserConstants.TRANSLATE;
import static io.gatehouse.sql.grammar.DialectParserConstants.TRY_CAST;
import static io.gatehouse.sql.grammar.DialectParserConstants.TUESDAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.TUMBLE;
import static io.gatehouse.sql.grammar.DialectParserConstants.UESCAPE;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNBOUNDED;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNICODE_QUOTED_IDENTIFIER;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNICODE_STRING_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNION;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNKNOWN;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNNEST;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNSIGNED;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNSIGNED_INTEGER_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.UPDATE;
import static io.gatehouse.sql.grammar.DialectParserConstants.USER;
import static io.gatehouse.sql.grammar.DialectParserConstants.USING;
import static io.gatehouse.sql.grammar.DialectParserConstants.UUID;
import static io.gatehouse.sql.grammar.DialectParserConstants.VALUES;
import static io.gatehouse.sql.grammar.DialectParserConstants.VARIANT;
import static io.gatehouse.sql.grammar.DialectParserConstants.WEDNESDAY;
import static io.gatehouse.sql.grammar.DialectParserConstants.WEEK;
import static io.gatehouse.sql.grammar.DialectParserConstants.WEEKS;
import static io.gatehouse.sql.grammar.DialectParserConstants.WHEN;
import static io.gatehouse.sql.grammar.DialectParserConstants.WHERE;
import static io.gatehouse.sql.grammar.DialectParserConstants.WITH;
import static io.gatehouse.sql.grammar.DialectParserConstants.WITHIN;
import static io.gatehouse.sql.grammar.DialectParserConstants.WITHOUT;
import static io.gatehouse.sql.grammar.DialectParserConstants.YEAR;
import static io.gatehouse.sql.grammar.DialectParserConstants.YEARS;
import static io.gatehouse.sql.grammar.DialectParserConstants.ZONE;
import static io.gatehouse.sql.grammar.DialectParserConstants.tokenImage;

import io.gatehouse.sql.grammar.DialectParserConstants;
import io.gatehouse.sql.grammar.Token;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Which words of the grammar are names where they stand. DuckDB takes most words for a column, a relation or a function,
 * where Calcite's grammar keeps them for itself: {@code date} is one in {@code max(date)}, and none in
 * {@code DATE '2026-01-31'}. What tells them apart is the word or symbol on either side.
 */
final class WordsAsNames {
    /** Words of forms that are refused, or that are functions like any other in DuckDB. */
    private static final BitSet NEVER_KEYWORDS = kinds(
            ARRAY_CONCAT_AGG,
            CALL,
            CLASSIFIER,
            CONTAINS,
            CONTAINS_SUBSTR,
            CONVERT,
            CURRENT_CATALOG,
            CURRENT_DEFAULT_TRANSFORM_GROUP,
            CURRENT_PATH,
            CURRENT_ROLE,
            CURRENT_ROW,
            CURRENT_SCHEMA,
            CURRENT_TIME,
            CURRENT_TRANSFORM_GROUP_FOR_TYPE,
            CURRENT_USER,
            CURSOR,
            DATETIME,
            DATETIME_DIFF,
            DATETIME_TRUNC,
            DATE_DIFF,
            DATE_TRUNC,
            DEFINE,
            EQUALS,
            FINAL,
            FORMAT,
            FRIDAY,
            FUSION,
            GRANT,
            GROUP_CONCAT,
            HOP,
            IMMEDIATELY,
            INTERSECTION,
            JSON_ARRAY,
            JSON_ARRAYAGG,
            JSON_EXISTS,
            JSON_OBJECT,
            JSON_OBJECTAGG,
            JSON_QUERY,
            JSON_SCOPE,
            JSON_VALUE,
            LOCALTIME,
            LOCALTIMESTAMP,
            MAP,
            MATCH_CONDITION,
            MATCH_NUMBER,
            MATCH_RECOGNIZE,
            MEMBER,
            MONDAY,
            MULTISET,
            NEW,
            ORDINAL,
            OVERLAY,
            PATTERN,
            PERIOD,
            PRECEDES,
            PREV,
            RUNNING,
            SAFE_CAST,
            SAFE_OFFSET,
            SAFE_ORDINAL,
            SATURDAY,
            SESSION,
            SESSION_USER,
            SKIP_,
            SPECIFIC,
            STREAM,
            SUBMULTISET,
            SUCCEEDS,
            SUNDAY,
            SYSTEM_USER,
            THURSDAY,
            TIMESTAMPADD,
            TIMESTAMPDIFF,
            TIMESTAMP_DIFF,
            TIMESTAMP_TRUNC,
            TIME_DIFF,
            TIME_TRUNC,
            TRANSLATE,
            TUESDAY,
            TUMBLE,
            UNSIGNED,
            USER,
            UUID,
            VARIANT,
            WEDNESDAY);

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

    /** What a value begins with, but for words that are names. */
    private static final BitSet VALUE = kinds(HOOK, IDENTIFIER, LPAREN, NULL, QUOTED_IDENTIFIER);

    /** Words behind which an expression begins; behind any other it has ended. */
    private static final BitSet OPENING = kinds(
            ALL, AND, ANY, AS, BETWEEN, BY, CASE, DISTINCT, ELSE, ESCAPE, EXCEPT, FROM, GLOB, HAVING, ILIKE, IN,
            INTERSECT, IS, JOIN, LIKE, LIMIT, NOT, OFFSET, ON, OR, QUALIFY, SELECT, SOME, THEN, TO, UNION, USING,
            VALUES, WHEN, WHERE, WITH);

    private static final BitSet WORDS = words();

    /** What a parenthesis holds. */
    private enum Parenthesis {
        CAST,
        WINDOW,
        OTHER
    }

    private final List<Token> tokens;
    private final Deque<Parenthesis> open = new ArrayDeque<>();

    private WordsAsNames(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** Makes plain names of the words that are names. */
    static void mark(List<Token> tokens) {
        new WordsAsNames(tokens).mark();
    }

    /** Whether a word can be written without quotes wherever a name stands. */
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
            case ESCAPE -> ends(before) && (TEXTS.get(after) || VALUE.get(after));
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
                || VALUE.get(after);
        return open.peek() == Parenthesis.WINDOW && bound && (kind(i - 1) == LPAREN || ends(kind(i - 1)));
    }

    /** Whether an expression can end with a token. */
    private static boolean ends(int kind) {
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

    /** The kinds of token that are words. */
    private static BitSet words() {
        BitSet words = new BitSet();
        for (int kind = 0; kind < tokenImage.length; kind++) {
            words.set(kind, image(kind).matches("[A-Z][A-Z_0-9]*") && tokenImage[kind].startsWith("\""));
        }
        return words;
    }

    private static String image(int kind) {
        return DialectParserConstants.tokenImage[kind].replace("\"", "");
    }
}
