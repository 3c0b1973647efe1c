package io.gatehouse.sql.plan;

import java.io.Reader;
import org.apache.calcite.sql.parser.babel.SimpleCharStream;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImplConstants;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImplTokenManager;

/** Calcite's lexer as the parser sets it up: double quotes around names, a tab as one column. */
final class Tokens extends SqlBabelParserImplTokenManager {
    private final SimpleCharStream characters;

    Tokens(Reader sql) {
        this(new Characters(sql));
    }

    private Tokens(Characters characters) {
        super(characters, SqlBabelParserImplConstants.DQID);
        this.characters = characters;
    }

    SimpleCharStream characters() {
        return characters;
    }

    private static final class Characters extends SimpleCharStream {
        Characters(Reader sql) {
            super(sql, 1, 1);
            setTabSize(1);
        }
    }
}
