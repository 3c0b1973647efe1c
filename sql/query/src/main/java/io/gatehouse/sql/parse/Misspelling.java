package io.gatehouse.sql.parse;

import static io.gatehouse.sql.grammar.DialectParserConstants.AS;
import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;
import static io.gatehouse.sql.grammar.DialectParserConstants.FROM;
import static io.gatehouse.sql.grammar.DialectParserConstants.IDENTIFIER;
import static io.gatehouse.sql.grammar.DialectParserConstants.LPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.tokenImage;

import io.gatehouse.error.TextRange;
import io.gatehouse.sql.grammar.Token;
import io.gatehouse.sql.grammar.TokenMgrError;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/**
 * What is said of a word or symbol that cannot stand where it does. A guess is made only where it is proven: with it, the
 * whole statement can be read.
 */
public final class Misspelling {
    /** Words that shape a statement; a wrong letter in one makes a name of it. */
    private static final Set<String> KEYWORDS = Set.of(
            "SELECT",
            "FROM",
            "WHERE",
            "GROUP",
            "ORDER",
            "HAVING",
            "QUALIFY",
            "LIMIT",
            "OFFSET",
            "JOIN",
            "LEFT",
            "USING",
            "UNION",
            "WITH",
            "DISTINCT",
            "CASE",
            "WHEN",
            "THEN",
            "ELSE",
            "BETWEEN",
            "LIKE",
            "VALUES",
            "WINDOW",
            "UNNEST",
            "EXCEPT",
            "INTERSECT",
            "PARTITION");

    /** One of these goes on where a word or symbol is the last that was typed. */
    private static final List<String> CONTINUATIONS = List.of("x", "BY x", "JOIN x", "NULL", "(x)", "x AND x");

    private final StatementText text;
    private final Lines lines;

    private Misspelling(StatementText text) {
        this.text = text;
        this.lines = new Lines(text.text());
    }

    public static String explain(StatementText text, TextRange place) {
        return new Misspelling(text).explain(place);
    }

    private String explain(TextRange place) {
        String unexpected = text.at(place);
        if (unexpected.equals("'")) {
            return "The text that begins here is not closed by a quote.";
        }
        if (unexpected.equals("\"")) {
            return "The name that begins here is not closed by a quote.";
        }
        List<Token> tokens = tokens();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.beginLine == place.line() && token.beginColumn == place.column()) {
                int at = i;
                if (tokens.get(Math.min(i + 1, tokens.size() - 1)).kind == EOF && goesOn()) {
                    return "The statement ends too early.";
                }
                return keyword(tokens, at)
                        .or(() -> misspelt(tokens, at))
                        .or(() -> at == 0 ? Optional.empty() : misspelt(tokens, at - 1))
                        .map(guess -> "Unexpected %s; %s".formatted(unexpected, guess))
                        .orElseGet(() -> "Unexpected %s.".formatted(unexpected));
            }
        }
        return "Unexpected %s.".formatted(unexpected);
    }

    private List<Token> tokens() {
        List<Token> tokens = new ArrayList<>();
        Tokens raw = new Tokens(new StringReader(text.text()));
        try {
            do {
                tokens.add(raw.getNextToken());
            } while (tokens.get(tokens.size() - 1).kind != EOF);
        } catch (TokenMgrError e) {
            // The statement has been read up to what is wrong with it, so that is before this character.
            return tokens;
        }
        return tokens;
    }

    /** A keyword that would be a name if it stood in quotes. */
    private Optional<String> keyword(List<Token> tokens, int i) {
        Token word = tokens.get(i);
        boolean isWord = tokenImage[word.kind].equals("\"%s\"".formatted(word.image.toUpperCase(Locale.ROOT)))
                && Character.isLetter(word.image.charAt(0));
        if (!isWord || i + 1 >= tokens.size()) {
            return Optional.empty();
        }
        int after = tokens.get(i + 1).kind;
        boolean symbol = !tokenImage[after].startsWith("<")
                && !Character.isLetter(tokenImage[after].charAt(1))
                && after != LPAREN;
        boolean endsName = symbol || after == EOF || after == FROM || after == AS;
        String quoted = Quotes.name(word.image.toLowerCase(Locale.ROOT));
        return endsName && reads(word, quoted)
                ? Optional.of("it is a keyword. Write %s for a name.".formatted(quoted))
                : Optional.empty();
    }

    private Optional<String> misspelt(List<Token> tokens, int i) {
        Token word = tokens.get(i);
        if (word.kind != IDENTIFIER || word.image.length() < 3) {
            return Optional.empty();
        }
        return NearestName.find(word.image, KEYWORDS)
                .filter(near -> reads(word, near))
                .map(near -> "did you mean %s?".formatted(near));
    }

    /** Whether the statement can be read if something is added to it. */
    private boolean goesOn() {
        return CONTINUATIONS.stream().anyMatch(more -> reads(text.text() + "\n" + more));
    }

    /** Whether the statement can be read with another word in the place of one. */
    private boolean reads(Token word, String other) {
        String sql = text.text();
        int start = lines.offset(word.beginLine, word.beginColumn);
        int end = lines.offset(word.endLine, word.endColumn) + 1;
        return reads(sql.substring(0, start) + other + sql.substring(end));
    }

    private static boolean reads(String sql) {
        try {
            SqlParser.create(sql, Grammar.parser()).parseStmt();
            return true;
        } catch (SqlParseException e) {
            return false;
        }
    }
}
