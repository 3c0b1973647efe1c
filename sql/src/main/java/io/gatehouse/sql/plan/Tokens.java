package io.gatehouse.sql.plan;

import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.apache.calcite.sql.parser.babel.SimpleCharStream;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImplTokenManager;
import org.apache.calcite.sql.parser.babel.Token;

/**
 * Calcite's lexer, less some keywords. Words that Babel's grammar keeps for forms of other systems are plain names
 * here, because they are columns or functions of DuckDB's: ordinal is one of the columns of questions.
 */
final class Tokens extends SqlBabelParserImplTokenManager {
    private static final Set<Integer> NAMES = Set.of(
            SqlBabelParserImplConstants.ORDINAL,
            SqlBabelParserImplConstants.SAFE_ORDINAL,
            SqlBabelParserImplConstants.DATE_DIFF,
            SqlBabelParserImplConstants.DATEDIFF);

    /** Words of NULLS FIRST and FETCH FIRST that are functions before a parenthesis. */
    private static final Set<Integer> FUNCTIONS =
            Set.of(SqlBabelParserImplConstants.FIRST, SqlBabelParserImplConstants.LAST);

    private final Deque<Token> ahead = new ArrayDeque<>(1);

    Tokens(Reader sql) {
        super(new Characters(sql), SqlBabelParserImplConstants.DQID);
    }

    @Override
    public Token getNextToken() {
        Token token = ahead.isEmpty() ? super.getNextToken() : ahead.remove();
        if (FUNCTIONS.contains(token.kind)) {
            ahead.add(super.getNextToken());
        }
        boolean function = !ahead.isEmpty() && ahead.element().kind == SqlBabelParserImplConstants.LPAREN;
        if (NAMES.contains(token.kind) || function) {
            token.kind = SqlBabelParserImplConstants.IDENTIFIER;
        }
        return token;
    }

    /** Counts a tab as one column. */
    private static final class Characters extends SimpleCharStream {
        Characters(Reader sql) {
            super(sql, 1, 1);
            setTabSize(1);
        }
    }
}
