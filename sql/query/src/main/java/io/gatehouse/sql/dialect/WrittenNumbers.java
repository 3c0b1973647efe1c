package io.gatehouse.sql.dialect;

import io.gatehouse.error.TextRange;
import io.gatehouse.sql.parse.Lines;
import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.StatementText;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlNumericLiteral;

/** How the numbers of a statement were written, of which Calcite keeps the values and the places only. */
final class WrittenNumbers {
    /** The place of a number is that of the parentheses around it, if there are some. */
    private static final Pattern ENDING_IN_POINT = Pattern.compile("[-+(\\s]*[\\d_]+\\.[)\\s]*");

    private final String text;
    private final Lines lines;

    WrittenNumbers(StatementText statement) {
        text = statement.text();
        lines = new Lines(text);
    }

    /** Whether a number was written as {@code 3.}, which is a DECIMAL. */
    boolean endsInPoint(SqlNumericLiteral number) {
        if (!number.isInteger()) {
            return false;
        }
        TextRange place = Positions.of(number);
        int first = lines.offset(place.line(), place.column());
        int last = lines.offset(place.endLine(), place.endColumn());
        return ENDING_IN_POINT.matcher(text).region(first, last + 1).matches();
    }
}
