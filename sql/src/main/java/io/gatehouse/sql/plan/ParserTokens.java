package io.gatehouse.sql.plan;

import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.CEIL;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.CEILING;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.DATEDIFF;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.DATE_DIFF;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.EOF;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.FIRST;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.FLOOR;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.IDENTIFIER;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.LAST;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.LPAREN;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.ORDINAL;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.RPAREN;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.SAFE_ORDINAL;
import static org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants.TO;

import java.io.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImplTokenManager;
import org.apache.calcite.sql.parser.babel.Token;
import org.apache.calcite.sql.parser.babel.TokenMgrError;
import org.jspecify.annotations.Nullable;

/**
 * The tokens as the parser gets them. Some words that Babel's grammar keeps for forms of other systems are plain names
 * here, because they are columns or functions of DuckDB's: ordinal is a column of questions. And {@link InfixCasts}
 * are written as CAST.
 */
final class ParserTokens extends SqlBabelParserImplTokenManager {
    private static final Set<Integer> NAMES = Set.of(ORDINAL, SAFE_ORDINAL, DATE_DIFF, DATEDIFF);

    /** Words of NULLS FIRST and FETCH FIRST that are functions before a parenthesis. */
    private static final Set<Integer> FUNCTIONS = Set.of(FIRST, LAST);

    /** Functions of numbers, unless TO stands between their parentheses. */
    private static final Set<Integer> ROUNDINGS = Set.of(FLOOR, CEIL, CEILING);

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
        }
        return InfixCasts.asFunctions(all);
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
