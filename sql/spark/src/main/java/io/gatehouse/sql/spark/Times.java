package io.gatehouse.sql.spark;

import java.util.List;
import java.util.Locale;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Times, their parts and their differences. */
final class Times {
    private final SparkForms forms;

    Times(SparkForms forms) {
        this.forms = forms;
    }

    /** Intervals are made and added to times; Spark has several types of them, which DuckDB's one is none of. */
    static void requireNoValue(RexCall call, List<RexNode> operands) {
        boolean made = call.getOperator().getName().startsWith("to_") && SqlTypeUtil.isInterval(call.getType());
        boolean added = SqlTypeUtil.isDatetime(call.getType())
                && operands.stream().anyMatch(operand -> SqlTypeUtil.isDatetime(operand.getType()));
        boolean interval = SqlTypeUtil.isInterval(call.getType())
                || operands.stream().anyMatch(operand -> SqlTypeUtil.isInterval(operand.getType()));
        if (interval && !made && !added) {
            throw Refusal.of("An interval but to add to a time");
        }
    }

    /** Whether it computes with a date or a timestamp. */
    static boolean isTime(RexCall call, List<RexNode> operands) {
        return SqlTypeUtil.isDatetime(call.getType())
                || operands.stream().anyMatch(operand -> SqlTypeUtil.isDatetime(operand.getType()));
    }

    /** A time and an interval, a date and days, or the days between two dates. */
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
            throw Refusal.of("A date and a time as a timestamp");
        }
        if (type.getSqlTypeName() == SqlTypeName.TIME) {
            throw Refusal.of("A time and an interval");
        }
        String form = "(CAST(%s AS %s) %s %s)".formatted(time, SparkTypes.of(type), minus ? "-" : "+", other);
        return forms.form(type, form, operands);
    }

    RexNode read(RexNode text, String format, String function, RelDataType type) {
        if (type.getSqlTypeName() != SqlTypeName.TIMESTAMP) {
            throw Refusal.of("%s with a time zone".formatted(function));
        }
        String form = function.startsWith("try_")
                ? "CAST(try_to_timestamp({0}, '%s') AS TIMESTAMP_NTZ)"
                : "to_timestamp_ntz({0}, '%s')";
        return forms.form(type, form.formatted(TimeFormat.of(format)), List.of(text));
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
                // epoch has a fraction, which the planned type of a part would take away.
                .filter(known -> known.contains("{0}") && !name.equals("epoch"))
                .orElseThrow(() -> Refusal.of("The part %s of a time".formatted(name)));
        return forms.form(type, "CAST(%s AS %s)".formatted(form, SparkTypes.of(type)), List.of(time));
    }

    /** How many ends of a span lie between two times. */
    RexNode difference(String part, List<RexNode> operands, RelDataType type) {
        String said = switch (part.toLowerCase(Locale.ROOT)) {
            case "second" -> seconds("second", 1);
            case "minute" -> seconds("minute", 60);
            case "hour" -> seconds("hour", 3600);
            case "day" -> "datediff({2}, {1})";
            case "month" -> "(year({2}) - year({1})) * 12 + month({2}) - month({1})";
            case "year" -> "year({2}) - year({1})";
            default -> throw Refusal.of("date_diff of %s".formatted(part));
        };
        return forms.form(type, "CAST(%s AS BIGINT)".formatted(said), operands);
    }

    private static String seconds(String part, int each) {
        return "(unix_seconds(date_trunc('%1$s', {2})) - unix_seconds(date_trunc('%1$s', {1}))) div %2$d"
                .formatted(part, each);
    }

    RexNode formatted(RexNode time, String format, RelDataType type) {
        return forms.form(type, "date_format({0}, '%s')".formatted(TimeFormat.of(format)), List.of(time));
    }
}
