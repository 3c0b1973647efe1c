package io.gatehouse.sql.parse;

import io.gatehouse.sql.grammar.DialectParserConstants;
import io.gatehouse.sql.grammar.DialectParserTokenManager;
import io.gatehouse.sql.grammar.SimpleCharStream;
import io.gatehouse.sql.grammar.Token;
import io.gatehouse.sql.grammar.TokenMgrError;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Calcite's lexer as the parser sets it up: double quotes around names, a tab as one column. */
final class Tokens extends DialectParserTokenManager {
    private final SimpleCharStream characters;
    private Optional<TokenMgrError> failure = Optional.empty();

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

    /** All tokens, the last of which is the end; of a text with a character that cannot be read, those before it. */
    List<Token> readAll() {
        List<Token> all = new ArrayList<>();
        try {
            do {
                all.add(getNextToken());
            } while (all.get(all.size() - 1).kind != DialectParserConstants.EOF);
        } catch (TokenMgrError e) {
            failure = Optional.of(e);
        }
        return all;
    }

    /** What is wrong with the text, once its tokens have been read. */
    Optional<TokenMgrError> failure() {
        return failure;
    }

    private static final class Characters extends SimpleCharStream {
        Characters(Reader sql) {
            super(sql, 1, 1);
            setTabSize(1);
        }
    }
}
