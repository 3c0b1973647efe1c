package io.gatehouse.sql.plan;

import static io.gatehouse.sql.grammar.DialectParserConstants.APPROX_NUMERIC_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.AS;
import static io.gatehouse.sql.grammar.DialectParserConstants.CEIL;
import static io.gatehouse.sql.grammar.DialectParserConstants.CEILING;
import static io.gatehouse.sql.grammar.DialectParserConstants.CONTAINS;
import static io.gatehouse.sql.grammar.DialectParserConstants.DATE_DIFF;
import static io.gatehouse.sql.grammar.DialectParserConstants.DECIMAL_NUMERIC_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.DOT;
import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;
import static io.gatehouse.sql.grammar.DialectParserConstants.FIRST;
import static io.gatehouse.sql.grammar.DialectParserConstants.FLOOR;
import static io.gatehouse.sql.grammar.DialectParserConstants.IDENTIFIER;
import static io.gatehouse.sql.grammar.DialectParserConstants.IS;
import static io.gatehouse.sql.grammar.DialectParserConstants.LAST;
import static io.gatehouse.sql.grammar.DialectParserConstants.LPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.NOT;
import static io.gatehouse.sql.grammar.DialectParserConstants.NULL;
import static io.gatehouse.sql.grammar.DialectParserConstants.ORDINAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.RANGE;
import static io.gatehouse.sql.grammar.DialectParserConstants.RPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.SAFE_ORDINAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.TO;
import static io.gatehouse.sql.grammar.DialectParserConstants.UNSIGNED_INTEGER_LITERAL;
import static io.gatehouse.sql.grammar.DialectParserConstants.tokenImage;

import io.gatehouse.sql.grammar.DialectParserTokenManager;
import io.gatehouse.sql.grammar.Token;
import io.gatehouse.sql.grammar.TokenMgrError;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tokens as the parser gets them. Some words that the grammar keeps for forms of other systems are plain names
 * here, because they are columns or functions of DuckDB's: ordinal is a column of questions. And numbers lose the
 * underscores between their digits.
 */
final class ParserTokens extends DialectParserTokenManager {
    private static final Set<Integer> NAMES = Set.of(ORDINAL, SAFE_ORDINAL, DATE_DIFF);

    /** Words of forms such as NULLS FIRST that are functions before a parenthesis. */
    private static final Set<Integer> FUNCTIONS = Set.of(FIRST, LAST, CONTAINS, RANGE);

    /** Functions of numbers, unless TO stands between their parentheses. */
    private static final Set<Integer> ROUNDINGS = Set.of(FLOOR, CEIL, CEILING);

    private static final Set<Integer> NUMBERS =
            Set.of(UNSIGNED_INTEGER_LITERAL, DECIMAL_NUMERIC_LITERAL, APPROX_NUMERIC_LITERAL);

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

    /** Whether a word of the grammar is a plain name here. */
    static boolean isName(String word) {
        return NAMES.stream().anyMatch(kind -> tokenImage[kind].equalsIgnoreCase('"' + word + '"'));
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

    /** All tokens; an unreadable character is kept for the moment when the parser gets there. */
    private List<Token> readAll() {
        List<Token> all = new ArrayList<>();
        try {
            do {
                all.add(raw.getNextToken());
            } while (all.get(all.size() - 1).kind != EOF);
        } catch (TokenMgrError e) {
            failure = e;
            all.add(new Token());
        }
        for (int i = 0; i + 1 < all.size(); i++) {
            int kind = all.get(i).kind;
            boolean call = all.get(i + 1).kind == LPAREN;
            if (NAMES.contains(kind)
                    || (call && FUNCTIONS.contains(kind))
                    || (call && ROUNDINGS.contains(kind) && !holdsTo(all, i + 1))) {
                all.get(i).kind = IDENTIFIER;
            }
            if (NUMBERS.contains(kind)) {
                all.get(i).image = all.get(i).image.replace("_", "");
            }
        }
        return withNullTests(all);
    }

    /** With x ISNULL as x IS NULL, which the grammar would take for an alias; it is a name behind AS and a dot. */
    private static List<Token> withNullTests(List<Token> all) {
        List<Token> written = new ArrayList<>();
        for (Token token : all) {
            int before = written.isEmpty() ? EOF : written.get(written.size() - 1).kind;
            String word = token.kind == IDENTIFIER && before != AS && before != DOT ? token.image : "";
            if (word.equalsIgnoreCase("ISNULL") || word.equalsIgnoreCase("NOTNULL")) {
                written.add(inPlaceOf(token, IS, "IS"));
                if (word.equalsIgnoreCase("NOTNULL")) {
                    written.add(inPlaceOf(token, NOT, "NOT"));
                }
                written.add(inPlaceOf(token, NULL, "NULL"));
            } else {
                written.add(token);
            }
        }
        return written;
    }

    private static Token inPlaceOf(Token token, int kind, String image) {
        Token other = new Token();
        other.kind = kind;
        other.image = image;
        other.beginLine = token.beginLine;
        other.beginColumn = token.beginColumn;
        other.endLine = token.endLine;
        other.endColumn = token.endColumn;
        return other;
    }

    private static boolean holdsTo(List<Token> all, int open) {
        int depth = 0;
        for (int i = open; i < all.size(); i++) {
            int kind = all.get(i).kind;
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
}
