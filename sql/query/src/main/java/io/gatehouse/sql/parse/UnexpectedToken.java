package io.gatehouse.sql.parse;

import static io.gatehouse.sql.grammar.DialectParserConstants.AS;
import static io.gatehouse.sql.grammar.DialectParserConstants.EOF;
import static io.gatehouse.sql.grammar.DialectParserConstants.FROM;
import static io.gatehouse.sql.grammar.DialectParserConstants.IDENTIFIER;
import static io.gatehouse.sql.grammar.DialectParserConstants.LPAREN;
import static io.gatehouse.sql.grammar.DialectParserConstants.tokenImage;

import io.gatehouse.base.NearNames;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.grammar.Token;
import java.io.StringReader;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;

/** Explains an unexpected token. A correction is suggested only if the whole statement parses with it. */
public final class UnexpectedToken {
    /** Continuations to test whether a statement is only incomplete. */
    private static final List<String> CONTINUATIONS = List.of("x", "1", "BY x", "JOIN x", "NULL", "(x)", "x AND x");

    private final StatementText text;
    private final Lines lines;

    private UnexpectedToken(StatementText text) {
        this.text = text;
        this.lines = new Lines(text.text());
    }

    public static String explain(StatementText text, TextRange place) {
        return new UnexpectedToken(text).explain(place);
    }

    private String explain(TextRange place) {
        String unexpected = text.at(place);
        if (unexpected.equals("'")) {
            return "The text that begins here is not closed by a quote.";
        }
        if (unexpected.equals("\"")) {
            return "The name that begins here is not closed by a quote.";
        }
        // The parser has read the statement up to the error, which is before any unreadable character.
        List<Token> tokens = new Tokens(new StringReader(text.text())).readAll();
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.beginLine == place.line() && token.beginColumn == place.column()) {
                int at = i;
                if (tokens.get(Math.min(i + 1, tokens.size() - 1)).kind == EOF && goesOn()) {
                    return "The statement ends too early.";
                }
                return keyword(tokens, at)
                        .map("it is %s"::formatted)
                        .or(() -> misspelt(tokens, at))
                        .or(() -> at == 0 ? Optional.empty() : before(tokens, at - 1))
                        .map(guess -> "Unexpected %s; %s".formatted(unexpected, guess))
                        .orElseGet(() -> "Unexpected %s.".formatted(unexpected));
            }
        }
        return "Unexpected %s.".formatted(unexpected);
    }

    /** What is wrong with the token before the unexpected one. */
    private Optional<String> before(List<Token> tokens, int i) {
        return keyword(tokens, i)
                .map(keyword -> "%s is %s".formatted(tokens.get(i).image, keyword))
                .or(() -> misspelt(tokens, i));
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
        String quoted = Literals.name(word.image.toLowerCase(Locale.ROOT));
        return endsName && reads(word, quoted)
                ? Optional.of("a keyword. Write %s for a name.".formatted(quoted))
                : Optional.empty();
    }

    private Optional<String> misspelt(List<Token> tokens, int i) {
        Token word = tokens.get(i);
        if (word.kind != IDENTIFIER || word.image.length() < 3) {
            return Optional.empty();
        }
        return NearNames.nearest(word.image, Keywords.words())
                .filter(near -> reads(word, near))
                .map(near -> "did you mean %s?".formatted(near));
    }

    /** Whether the statement parses if something is appended. */
    private boolean goesOn() {
        return CONTINUATIONS.stream().anyMatch(more -> reads(text.text() + "\n" + more));
    }

    /** Whether the statement parses with a word replaced. */
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
