package io.gatehouse.sql.spark;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Functions of dates and times. */
final class TimeFunctions {
    private static final Pattern PIECE = Pattern.compile("%(.?)|([A-Za-z]+)|([^%A-Za-z]+)");
    private static final Map<String, String> PARTS = Map.of(
            "Y", "yyyy", "m", "MM", "d", "dd", "H", "HH", "M", "mm", "S", "ss", "f", "SSSSSS", "j", "DDD", "B", "MMMM",
            "A", "EEEE");

    private final SparkForms forms;

    TimeFunctions(SparkForms forms) {
        this.forms = forms;
    }

    /**
     * Refuses intervals except where they are made and added to times. Spark has several interval types, none of which
     * matches DuckDB's.
     */
    static void requireNoValue(RexCall call, List<RexNode> operands) {
        boolean made = call.getOperator().getName().startsWith("to_") && SqlTypeUtil.isInterval(call.getType());
        boolean added = SqlTypeUtil.isDatetime(call.getType())
                && operands.stream().anyMatch(operand -> SqlTypeUtil.isDatetime(operand.getType()));
        boolean interval = SqlTypeUtil.isInterval(call.getType())
                || operands.stream().anyMatch(operand -> SqlTypeUtil.isInterval(operand.getType()));
        if (interval && !made && !added) {
            throw SparkForms.refused("An interval but to add to a time");
        }
    }

    /** Whether the call computes with a date or a timestamp. */
    static boolean isTime(RexCall call, List<RexNode> operands) {
        return SqlTypeUtil.isDatetime(call.getType())
                || operands.stream().anyMatch(operand -> SqlTypeUtil.isDatetime(operand.getType()));
    }

    /** Adds or subtracts an interval and a time, or days and a date, or computes the days between two dates. */
    RexNode moved(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        boolean minus = call.getKind() == SqlKind.MINUS;
        boolean timeFirst = SqlTypeUtil.isDatetime(operands.get(0).getType());
        String time = timeFirst ? "{0}" : "{1}";
        String other = timeFirst ? "{1}" : "{0}";
        if (SqlTypeUtil.isIntType(type)) {
            return forms.form(type, "CAST(datediff({0}, {1}) AS BIGINT)", operands);
        }
        if (type.getSqlTypeName() == SqlTypeName.DATE) {
            String form = minus ? "date_sub(%s, CAST(%s AS INT))" : "date_add(%s, CAST(%s AS INT))";
            return forms.form(type, form.formatted(time, other), operands);
        }
        if (operands.stream().noneMatch(operand -> SqlTypeUtil.isInterval(operand.getType()))) {
            throw SparkForms.refused("A date and a time as a timestamp");
        }
        if (type.getSqlTypeName() == SqlTypeName.TIME) {
            throw SparkForms.refused("A time and an interval");
        }
        String form = "(CAST(%s AS %s) %s %s)".formatted(time, SparkTypes.of(type), minus ? "-" : "+", other);
        return forms.form(type, form, operands);
    }

    RexNode read(RexNode text, String format, String function, RelDataType type) {
        if (type.getSqlTypeName() != SqlTypeName.TIMESTAMP) {
            throw SparkForms.refused("%s with a time zone".formatted(function));
        }
        String form = function.startsWith("try_")
                ? "CAST(try_to_timestamp({0}, '%s') AS TIMESTAMP_NTZ)"
                : "to_timestamp_ntz({0}, '%s')";
        return forms.form(type, form.formatted(format(format)), List.of(text));
    }

    /** @param operands a zone and a time */
    RexNode inZone(List<RexNode> operands, RelDataType type) {
        return forms.form(
                type,
                type.getSqlTypeName() == SqlTypeName.TIMESTAMP
                        ? "convert_timezone('UTC', {0}, CAST({1} AS TIMESTAMP_NTZ))"
                        : "CAST(convert_timezone({0}, 'UTC', CAST({1} AS TIMESTAMP_NTZ)) AS TIMESTAMP_LTZ)",
                operands);
    }

    RexNode part(String part, RexNode time, RelDataType type) {
        String name = part.toLowerCase(Locale.ROOT);
        String form = FormTable.FUNCTIONS
                .find(name, 1)
                // epoch has a fraction, which the planned type of a part would drop.
                .filter(known -> known.contains("{0}") && !name.equals("epoch"))
                .orElseThrow(() -> SparkForms.refused("The part %s of a time".formatted(name)));
        return forms.form(type, "CAST(%s AS %s)".formatted(form, SparkTypes.of(type)), List.of(time));
    }

    /** date_diff: how many boundaries of a unit lie between two times. */
    RexNode difference(String part, List<RexNode> operands, RelDataType type) {
        String form = switch (part.toLowerCase(Locale.ROOT)) {
            case "second" -> seconds("second", 1);
            case "minute" -> seconds("minute", 60);
            case "hour" -> seconds("hour", 3600);
            case "day" -> "datediff({2}, {1})";
            case "month" -> "(year({2}) - year({1})) * 12 + month({2}) - month({1})";
            case "year" -> "year({2}) - year({1})";
            default -> throw SparkForms.refused("date_diff of %s".formatted(part));
        };
        return forms.form(type, "CAST(%s AS BIGINT)".formatted(form), operands);
    }

    private static String seconds(String part, int each) {
        return "(unix_seconds(date_trunc('%1$s', {2})) - unix_seconds(date_trunc('%1$s', {1}))) div %2$d"
                .formatted(part, each);
    }

    RexNode formatted(RexNode time, String format, RelDataType type) {
        return forms.form(type, "date_format({0}, '%s')".formatted(format(format)), List.of(time));
    }

    /** Translates a DuckDB time format to Spark's, escaped for a literal. */
    private static String format(String format) {
        StringBuilder translated = new StringBuilder();
        Matcher piece = PIECE.matcher(format);
        while (piece.find()) {
            translated.append(translate(piece, format));
        }
        return translated.toString();
    }

    /** Returns a time part, a quoted text, or the piece itself. */
    private static String translate(Matcher piece, String format) {
        if (piece.group(2) != null) {
            return "\\'%s\\'".formatted(piece.group(2));
        }
        String part = piece.group(3) == null ? PARTS.get(piece.group(1)) : piece.group(3);
        if (part == null || part.contains("'") || part.contains("\\") || part.matches(".*[\\[\\]{}#].*")) {
            throw SparkForms.refused("strftime with the format %s".formatted(format));
        }
        return part;
    }
}
