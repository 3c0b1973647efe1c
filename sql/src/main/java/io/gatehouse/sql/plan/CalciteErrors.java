package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.catalog.Catalog;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.parser.SqlParseException;

/** Turns what Calcite throws into sentences for people, with the place in the text. */
final class CalciteErrors {
    private static final Pattern END = Pattern.compile("Encountered \"[^\n]*<EOF>\" at");
    private static final Pattern LEXICAL = Pattern.compile("Lexical error at line \\d+, column \\d+\\.\\s*(.*)");
    private static final Pattern KEYWORD = Pattern.compile("Incorrect syntax near the keyword '(.*?)'.*");

    private final Suggestions suggestions;

    CalciteErrors(Catalog catalog) {
        this.suggestions = new Suggestions(catalog);
    }

    GatehouseException syntax(SqlParseException e, StatementText text) {
        if (e.getCause() instanceof GatehouseException ours) {
            return ours;
        }
        TextRange position = Positions.of(e.getPos());
        return new GatehouseException(ErrorCode.SQL_SYNTAX, syntaxMessage(e, text, position), position, e);
    }

    private static String syntaxMessage(SqlParseException e, StatementText text, TextRange position) {
        String message = e.getMessage() == null ? "The statement cannot be read." : e.getMessage();
        if (END.matcher(message).lookingAt()) {
            return "The statement ends too early.";
        }
        if (message.startsWith("Non-query expression")) {
            return "A statement begins with SELECT, WITH or VALUES, not with %s.".formatted(text.at(position));
        }
        Matcher keyword = KEYWORD.matcher(message.lines().findFirst().orElse(""));
        if (message.startsWith("Encountered") || keyword.matches()) {
            return unexpected(text.at(position), e);
        }
        Matcher lexical = LEXICAL.matcher(message);
        return lexical.find() ? "Unreadable character: %s.".formatted(lexical.group(1)) : sentence(message);
    }

    private static String unexpected(String token, SqlParseException e) {
        if (token.startsWith("'")) {
            return "The text that begins here is not closed by a quote.";
        }
        return expected(token, e)
                .map(keyword -> "Unexpected %s; did you mean %s?".formatted(token, keyword))
                .orElseGet(() -> "Unexpected %s.".formatted(token));
    }

    /** The keyword that the grammar would take here and that looks like the one that was typed. */
    private static Optional<String> expected(String token, SqlParseException e) {
        TreeSet<String> keywords = new TreeSet<>();
        for (String image : e.getTokenImages() == null ? new String[0] : e.getTokenImages()) {
            if (image.matches("\"[A-Z]+\"")) {
                keywords.add(image.substring(1, image.length() - 1));
            }
        }
        return token.matches("[A-Za-z]{3,}") ? NearestName.find(token, keywords) : Optional.empty();
    }

    GatehouseException other(RuntimeException e) {
        if (e instanceof GatehouseException ours) {
            return ours;
        }
        if (e instanceof CalciteContextException context) {
            String message = context.getCause() == null
                    ? context.getMessage()
                    : context.getCause().getMessage();
            return new GatehouseException(
                    ErrorCode.SQL_VALIDATION,
                    sentence(suggestions.improve(String.valueOf(message))),
                    Positions.of(context),
                    e);
        }
        return PlanningThreads.failure(e);
    }

    /** The first line of a message, ended like a sentence. */
    private static String sentence(String message) {
        String line = message.lines().findFirst().orElse(message).strip();
        return line.endsWith(".") || line.endsWith("?") ? line : line + ".";
    }
}
