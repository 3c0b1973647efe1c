package io.gatehouse.sql.parse;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.grammar.DialectParser;
import io.gatehouse.sql.grammar.DialectParserConstants;
import io.gatehouse.sql.grammar.ParseException;
import io.gatehouse.sql.grammar.Token;
import java.io.Reader;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserImplFactory;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;

/** The parser configuration: the dialect's grammar, unquoted names in lower case, case-insensitive names. */
public final class Grammar {
    private static final int MAX_NAME_LENGTH = 256;

    private static final SqlConformance CONFORMANCE = new SqlDelegatingConformance(SqlConformanceEnum.BABEL) {
        /** Babel's wraps grouping keys in ANY_VALUE, which makes CUBE and GROUPING SETS silently wrong. */
        @Override
        public boolean isNonStrictGroupBy() {
            return false;
        }
    };

    private static final SqlParser.Config PARSER = parser(sql -> reading(new PositionParser(sql), sql));

    private Grammar() {}

    public static SqlConformance conformance() {
        return CONFORMANCE;
    }

    private static SqlAbstractParserImpl reading(DialectParser parser, Reader sql) {
        parser.token_source = new ParserTokens(sql);
        return parser;
    }

    public static SqlParser.Config parser() {
        return PARSER;
    }

    /** Reports the expected tokens at a syntax error, which is slow. */
    static SqlParser.Config explainingParser() {
        return parser(sql -> reading(new DialectParser(sql), sql));
    }

    private static SqlParser.Config parser(SqlParserImplFactory factory) {
        return SqlParser.config()
                .withParserFactory(factory)
                .withQuoting(Quoting.DOUBLE_QUOTE)
                .withUnquotedCasing(Casing.TO_LOWER)
                .withQuotedCasing(Casing.UNCHANGED)
                .withCaseSensitive(false)
                .withIdentifierMaxLength(MAX_NAME_LENGTH)
                .withConformance(CONFORMANCE);
    }

    /**
     * Reports only the position of a syntax error. To list the expected tokens, the generated parser would repeat all
     * of its lookahead, which takes ten times as long as parsing.
     */
    public static final class PositionParser extends DialectParser {
        /** The message of an exception about an unexpected token. */
        public static final String UNEXPECTED = "Unexpected";

        /** The message of an exception about an unexpected end. */
        public static final String END = "End";

        PositionParser(Reader sql) {
            super(sql);
        }

        @Override
        public ParseException generateParseException() {
            ParseException exception = new ParseException(UNEXPECTED);
            exception.currentToken = token;
            return exception;
        }

        @Override
        public SqlParseException normalizeException(Throwable exception) {
            if (!(exception instanceof ParseException unexpected)) {
                return super.normalizeException(exception);
            }
            Token place = place(requireNonNull(unexpected.currentToken == null ? token : unexpected.currentToken));
            SqlParserPos position =
                    new SqlParserPos(place.beginLine, place.beginColumn, place.endLine, place.endColumn);
            String message = place.kind == DialectParserConstants.EOF ? END : UNEXPECTED;
            return new SqlParseException(message, position, null, null, exception);
        }

        /**
         * Returns the token that does not fit: the last one that lookahead has read, because those before it did fit.
         * Not so behind SELECT, where lookahead passes over any token, and where the statement ends.
         */
        private Token place(Token before) {
            Token next = before.next == null ? getToken(1) : before.next;
            Token last = next;
            while (last.next != null && last.kind != DialectParserConstants.EOF) {
                last = last.next;
            }
            boolean passedOver =
                    before.kind == DialectParserConstants.SELECT && next.kind != DialectParserConstants.LPAREN;
            return passedOver || last.kind == DialectParserConstants.EOF ? next : last;
        }
    }
}
