package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.parse.Grammar.PositionParser;
import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.StatementText;
import io.gatehouse.sql.parse.Suggestions;
import io.gatehouse.sql.parse.UnexpectedToken;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.parser.SqlParseException;

/** Translates Calcite's exceptions into messages for users, with the position in the text. */
final class CalciteErrors {
    private static final Pattern LEXICAL = Pattern.compile("Lexical error at line \\d+, column \\d+\\.\\s*(.*)");

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
        if (message.equals(PositionParser.END)) {
            return "The statement ends too early.";
        }
        if (message.equals(PositionParser.UNEXPECTED)) {
            return UnexpectedToken.explain(text, position);
        }
        if (message.startsWith("Non-query expression")) {
            return "A statement begins with SELECT, WITH or VALUES, not with %s.".formatted(text.at(position));
        }
        Matcher lexical = LEXICAL.matcher(message);
        return lexical.find() ? "Unreadable character: %s.".formatted(lexical.group(1)) : sentence(message);
    }

    GatehouseException other(Throwable e, StatementText text) {
        if (e instanceof GatehouseException ours) {
            return ours;
        }
        if (e instanceof CalciteContextException context) {
            String message = context.getCause() == null
                    ? context.getMessage()
                    : context.getCause().getMessage();
            TextRange place = Positions.of(context);
            String improved = Suggestions.isUntypedParameter(String.valueOf(message))
                    ? "The type of this parameter cannot be told from where it stands; write CAST(%s AS type)"
                            .formatted(parameter(text.at(place)))
                    : suggestions.improve(String.valueOf(message), text);
            return new GatehouseException(ErrorCode.SQL_VALIDATION, sentence(improved), place, e);
        }
        return PlanningThreads.failure(e);
    }

    private static String parameter(String written) {
        return written.startsWith(":") ? written : "?";
    }

    /** The first line of a message, ended like a sentence. */
    private static String sentence(String message) {
        String line = message.lines().findFirst().orElse(message).strip();
        return line.endsWith(".") || line.endsWith("?") ? line : line + ".";
    }
}
