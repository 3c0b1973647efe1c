package io.gatehouse.sql.parse;

import io.gatehouse.sql.grammar.DialectParserConstants;
import io.gatehouse.sql.grammar.DialectParserTokenManager;
import io.gatehouse.sql.grammar.SimpleCharStream;
import java.io.Reader;

/** Calcite's lexer as the parser sets it up: double quotes around names, a tab as one column. */
final class Tokens extends DialectParserTokenManager {
    private final SimpleCharStream characters;

    Tokens(Reader sql) {
        this(new Characters(sql));
    }

    private Tokens(Characters characters) {
        super(characters, DialectParserConstants.DQID);
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
