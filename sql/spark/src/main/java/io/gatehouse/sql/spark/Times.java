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

    RexNode withInterval(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        String sign = call.getKind() == SqlKind.MINUS ? "-" : "+";
        boolean intervalFirst = SqlTypeUtil.isInterval(operands.get(0).getType());
        String time = intervalFirst ? "{1}" : "{0}";
        String interval = intervalFirst ? "{0}" : "{1}";
        // Calcite takes a DATE and an interval for a DATE; in DuckDB, and so here, it is a TIMESTAMP.
        String said = "(CAST(%s AS %s) %s %s)"
                .formatted(
                        time,
                        type.getSqlTypeName() == SqlTypeName.DATE ? "TIMESTAMP_NTZ" : SparkTypes.of(type),
                        sign,
                        interval);
        return forms.form(type, said, operands);
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
