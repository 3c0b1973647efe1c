package io.gatehouse.sql.parse;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.grammar.DialectParser;
import io.gatehouse.sql.grammar.DialectParserConstants;
import io.gatehouse.sql.grammar.ParseException;
import io.gatehouse.sql.grammar.Token;
import java.io.Reader;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Of what is wrong with a text it says where it is, and no more. To list all that could stand there the generated parser
 * would look ahead once more at each place where it did, which takes ten times as long as to parse.
 */
public final class PlacingParser extends DialectParser {
    /** What an exception says of a word or symbol that cannot stand where it does. */
    public static final String UNEXPECTED = "Unexpected";

    /** What it says of a text that ends too early. */
    public static final String END = "End";

    PlacingParser(Reader sql) {
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
        Token current = unexpected.currentToken;
        Token next = requireNonNull(current == null ? token : current).next;
        Token place = next == null ? getToken(1) : next;
        SqlParserPos position = new SqlParserPos(place.beginLine, place.beginColumn, place.endLine, place.endColumn);
        String message = place.kind == DialectParserConstants.EOF ? END : UNEXPECTED;
        return new SqlParseException(message, position, null, null, exception);
    }
}
