package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.DATE;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.INSTANT;
import static io.gatehouse.sql.function.Signatures.INTERVAL;
import static io.gatehouse.sql.function.Signatures.SECOND;
import static io.gatehouse.sql.function.Signatures.TIME;
import static io.gatehouse.sql.function.Signatures.TIMESTAMP;
import static io.gatehouse.sql.function.Signatures.VARCHAR;
import static io.gatehouse.sql.function.Signatures.either;
import static io.gatehouse.sql.function.Signatures.scalar;
import static io.gatehouse.sql.function.Signatures.scalars;
import static io.gatehouse.sql.function.Signatures.takes;
import static io.gatehouse.sql.function.Signatures.takesOptional;
import static io.gatehouse.sql.function.Signatures.takesUpTo;
import static org.apache.calcite.sql.type.SqlTypeFamily.ARRAY;
import static org.apache.calcite.sql.type.SqlTypeFamily.CHARACTER;
import static org.apache.calcite.sql.type.SqlTypeFamily.DATETIME;
import static org.apache.calcite.sql.type.SqlTypeFamily.DATETIME_INTERVAL;
import static org.apache.calcite.sql.type.SqlTypeFamily.INTEGER;
import static org.apache.calcite.sql.type.SqlTypeFamily.NUMERIC;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlExtractFunction;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;

/** DuckDB's date, time and interval functions. */
public final class TimeFunctions {
    private static final SqlOperandTypeChecker TIMES = takes(DATETIME).or(takes(DATETIME_INTERVAL));

    /** The functions that make an interval of a number, by unit. */
    private static final Map<TimeUnit, SqlFunction> INTERVALS = Map.ofEntries(
            interval(TimeUnit.MILLENNIUM, "to_millennia"),
            interval(TimeUnit.CENTURY, "to_centuries"),
            interval(TimeUnit.DECADE, "to_decades"),
            interval(TimeUnit.YEAR, "to_years"),
            interval(TimeUnit.QUARTER, "to_quarters"),
            interval(TimeUnit.MONTH, "to_months"),
            interval(TimeUnit.WEEK, "to_weeks"),
            interval(TimeUnit.DAY, "to_days"),
            interval(TimeUnit.HOUR, "to_hours"),
            interval(TimeUnit.MINUTE, "to_minutes"),
            interval(TimeUnit.SECOND, "to_seconds"),
            interval(TimeUnit.MILLISECOND, "to_milliseconds"),
            interval(TimeUnit.MICROSECOND, "to_microseconds"));

    /** Converts a local time to an instant or an instant to a local time; also written time AT TIME ZONE zone. */
    public static final SqlFunction AT_ZONE =
            scalar("timezone", TimeFunctions::otherZone, takes(CHARACTER, SqlTypeFamily.TIMESTAMP));

    /** EXTRACT is nullable: every part of an infinite time is NULL. */
    static final SqlFunction EXTRACT = new SqlExtractFunction("EXTRACT", false) {
        @Override
        public RelDataType inferReturnType(SqlOperatorBinding binding) {
            return binding.getTypeFactory().createTypeWithNullability(super.inferReturnType(binding), true);
        }
    };

    /** Parts that are not integers. */
    private static final Set<String> FRACTIONAL = Set.of("epoch", "julian");

    private TimeFunctions() {}

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>(INTERVALS.values());
        parts(all);
        made(all);
        differences(all);
        now(all);
        return all;
    }

    /** Returns the function that makes an interval of a number, such as to_days for DAY. */
    public static SqlFunction interval(TimeUnit unit) {
        SqlFunction function = INTERVALS.get(unit);
        if (function == null) {
            throw new IllegalArgumentException("No interval is counted in %s".formatted(unit));
        }
        return function;
    }

    private static Map.Entry<TimeUnit, SqlFunction> interval(TimeUnit unit, String name) {
        boolean fractions = unit == TimeUnit.SECOND || unit == TimeUnit.MILLISECOND;
        return Map.entry(unit, scalar(name, INTERVAL, takes(fractions ? NUMERIC : INTEGER)));
    }

    private static void parts(List<SqlOperator> all) {
        for (String name : List.of(
                "year",
                "quarter",
                "month",
                "week",
                "weekofyear",
                "day",
                "dayofmonth",
                "dayofweek",
                "weekday",
                "isodow",
                "dayofyear",
                "isoyear",
                "yearweek",
                "century",
                "decade",
                "millennium",
                "era",
                "hour",
                "minute",
                "second",
                "millisecond",
                "microsecond",
                "epoch_us",
                "epoch_ns")) {
            all.add(scalar(name, BIGINT, TIMES));
        }
        scalars(all, VARCHAR, takes(DATETIME), "dayname", "monthname");
        for (String name : List.of("date_trunc", "datetrunc")) {
            all.add(scalar(name, TimeFunctions::truncated, partOf(DATETIME).or(partOf(DATETIME_INTERVAL))));
        }
        scalars(all, TimeFunctions::part, partOf(DATETIME).or(partOf(DATETIME_INTERVAL)), "date_part", "datepart");
        all.add(scalar("epoch", DOUBLE, TIMES));
        all.add(scalar(
                "epoch_ms",
                either(binding -> SqlTypeFamily.NUMERIC.contains(binding.getOperandType(0)), TIMESTAMP, BIGINT),
                TIMES.or(takes(NUMERIC))));
        all.add(scalar("julian", DOUBLE, takes(DATETIME)));
        all.add(scalar("last_day", DATE, takes(DATETIME)));
        all.add(scalar("days_in_month", BIGINT, takes(DATETIME)));
        all.add(scalar("strftime", VARCHAR, takes(DATETIME, CHARACTER)));
    }

    private static void made(List<SqlOperator> all) {
        all.add(scalar("make_date", DATE, takes(INTEGER, INTEGER, INTEGER)));
        all.add(scalar("make_time", TIME, takes(INTEGER, INTEGER, NUMERIC)));
        all.add(scalar(
                "make_timestamp",
                TIMESTAMP,
                takes(INTEGER).or(takes(INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, NUMERIC))));
        all.add(scalar("make_timestamp_ms", TIMESTAMP, takes(INTEGER)));
        all.add(scalar(
                "make_timestamptz",
                INSTANT,
                takes(INTEGER).or(takesUpTo(INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, NUMERIC, CHARACTER))));
        all.add(scalar("to_timestamp", INSTANT, takes(NUMERIC)));
        for (String name : List.of("strptime", "try_strptime")) {
            all.add(scalar(
                    name,
                    either(TimeFunctions::readsZone, INSTANT, TIMESTAMP),
                    takes(CHARACTER, CHARACTER).or(takes(CHARACTER, ARRAY))));
        }
        all.add(AT_ZONE);
        all.add(scalar("time_bucket", SECOND, bucket()));
    }

    private static void differences(List<SqlOperator> all) {
        scalars(all, BIGINT, takes(CHARACTER, DATETIME, DATETIME), "date_diff", "datediff", "date_sub", "datesub");
        all.add(scalar("date_add", TimeFunctions::moved, takes(DATETIME, DATETIME_INTERVAL)));
        all.add(scalar("age", INTERVAL, takesOptional(DATETIME, DATETIME)));
        all.add(scalar("normalized_interval", INTERVAL, takes(DATETIME_INTERVAL)));
    }

    private static void now(List<SqlOperator> all) {
        scalars(all, INSTANT, takes(), "now", "transaction_timestamp", "get_current_timestamp");
        all.add(scalar("current_localtimestamp", TIMESTAMP, takes()));
        all.add(scalar("today", DATE, takes()));
        all.add(scalar("ago", INSTANT, takes(DATETIME_INTERVAL)));
    }

    private static SqlOperandTypeChecker partOf(SqlTypeFamily family) {
        return takes(CHARACTER, family);
    }

    /** The width, the time, and the origin of the buckets: a time or an interval. */
    private static SqlOperandTypeChecker bucket() {
        return takesUpTo(DATETIME_INTERVAL, DATETIME, DATETIME)
                .or(takes(DATETIME_INTERVAL, DATETIME, DATETIME_INTERVAL))
                .or(takes(DATETIME_INTERVAL, DATETIME, CHARACTER));
    }

    private static RelDataType truncated(SqlOperatorBinding binding) {
        return binding.getOperandType(1).getSqlTypeName() == SqlTypeName.DATE
                ? TIMESTAMP.inferReturnType(binding)
                : SECOND.inferReturnType(binding);
    }

    private static RelDataType moved(SqlOperatorBinding binding) {
        return binding.getOperandType(0).getSqlTypeName() == SqlTypeName.DATE
                ? TIMESTAMP.inferReturnType(binding)
                : FIRST.inferReturnType(binding);
    }

    private static RelDataType part(SqlOperatorBinding binding) {
        String part = binding.isOperandLiteral(0, false) ? binding.getOperandLiteralValue(0, String.class) : null;
        boolean whole = part != null && !FRACTIONAL.contains(part.toLowerCase(Locale.ROOT));
        return (whole ? BIGINT : DOUBLE).inferReturnType(binding);
    }

    /** Whether a format contains a time zone, which determines the result type. */
    private static boolean readsZone(SqlOperatorBinding binding) {
        String format = binding.isOperandLiteral(1, false) ? binding.getOperandLiteralValue(1, String.class) : null;
        return format != null && (format.contains("%z") || format.contains("%Z"));
    }

    private static RelDataType otherZone(SqlOperatorBinding binding) {
        return switch (binding.getOperandType(1).getSqlTypeName()) {
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> TIMESTAMP.inferReturnType(binding);
            default -> INSTANT.inferReturnType(binding);
        };
    }
}
