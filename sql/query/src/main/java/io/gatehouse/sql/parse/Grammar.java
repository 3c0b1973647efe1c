package io.gatehouse.sql.parse;

import io.gatehouse.sql.grammar.DialectParser;
import java.io.Reader;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserImplFactory;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;

/** How text is read: the dialect's grammar, unquoted names in lower case, names matched whatever their case. */
public final class Grammar {
    private static final int MAX_NAME_LENGTH = 256;

    private Grammar() {}

    public static SqlConformance conformance() {
        return new SqlDelegatingConformance(SqlConformanceEnum.BABEL) {
            /** Babel's wraps grouping keys in ANY_VALUE, which makes CUBE and GROUPING SETS silently wrong. */
            @Override
            public boolean isNonStrictGroupBy() {
                return false;
            }
        };
    }

    private static SqlAbstractParserImpl reading(DialectParser parser, Reader sql) {
        parser.token_source = new ParserTokens(sql);
        return parser;
    }

    public static SqlParser.Config parser() {
        return parser(sql -> reading(new PlacingParser(sql), sql));
    }

    /** Tells what could stand where a text cannot be read, which takes a while. */
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
                .withConformance(conformance());
    }
}
