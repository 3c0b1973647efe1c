package io.gatehouse.sql.plan;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.parser.SqlParserPos;

/** INTERVAL 3 DAY and its like as the standard's literal, INTERVAL '3' DAY. */
final class Intervals {
    /** Units that the standard has not, in those that it has. */
    private static final Map<TimeUnit, Integer> YEARS =
            Map.of(TimeUnit.DECADE, 10, TimeUnit.CENTURY, 100, TimeUnit.MILLENNIUM, 1000);

    private Intervals() {}

    /** Refuses what DuckDB does not read. */
    static void check(SqlLiteral literal) {
        if (literal instanceof SqlIntervalLiteral interval && interval.getValue() instanceof SqlIntervalLiteral.IntervalValue value) {
            SqlIntervalQualifier unit = value.getIntervalQualifier();
            if (unit.timeUnitRange.endUnit != null) {
                throw DialectForms.refused(
                        literal,
                        "An INTERVAL of %s is not supported; write each unit in the text, as in INTERVAL '1 day 2 hours'."
                                .formatted(unit));
            }
        }
    }

    static SqlNode written(SqlCall call) {
        SqlParserPos position = call.getParserPosition();
        if (call.operandCount() == 2
                && call.operand(0) instanceof SqlNumericLiteral number
                && number.bigDecimalValue() != null) {
            TimeUnit unit = call.<SqlIntervalQualifier>operand(1).getUnit();
            BigDecimal truncated = number.bigDecimalValue().setScale(0, RoundingMode.DOWN);
            Integer years = YEARS.get(unit);
            SqlIntervalQualifier standard =
                    new SqlIntervalQualifier(years == null ? unit : TimeUnit.YEAR, null, position);
            BigDecimal value = years == null ? truncated : truncated.multiply(BigDecimal.valueOf(years));
            if (unit != TimeUnit.MILLISECOND && unit != TimeUnit.MICROSECOND && value.signum() >= 0) {
                return SqlLiteral.createInterval(1, value.toPlainString(), standard, position);
            }
        }
        throw DialectForms.refused(call, "An INTERVAL of an expression is not supported; write INTERVAL '1' DAY.");
    }
}
