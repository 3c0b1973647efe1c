package io.gatehouse.sql.spark;

import io.gatehouse.sql.function.GroupsFrame;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** The aggregates of Spark that mean DuckDB's. */
final class SparkAggregates {
    private static final Set<SqlKind> UNFRAMED = Set.of(
            SqlKind.ROW_NUMBER,
            SqlKind.RANK,
            SqlKind.DENSE_RANK,
            SqlKind.PERCENT_RANK,
            SqlKind.CUME_DIST,
            SqlKind.NTILE,
            SqlKind.LAG,
            SqlKind.LEAD);

    /** Aggregates that compute with values, which Spark does with numbers only. */
    private static final Set<String> MEASURING = Set.of("avg", "mean", "median", "mad", "quantile_cont");

    private SparkAggregates() {}

    /**
     * The aggregate of Spark.
     *
     * @param arguments their types
     * @param type the type of the result
     * @param ordered whether ORDER BY stands inside its parentheses
     */
    static SqlAggFunction of(SqlAggFunction function, List<RelDataType> arguments, RelDataType type, boolean ordered) {
        String form = form(function, arguments);
        if (ordered && !form.contains("{keys}") && !form.contains("{order}")) {
            throw Refusal.of("%s with ORDER BY".formatted(function.getName().toLowerCase(Locale.ROOT)));
        }
        return new SparkAggregate(function, type, typed(form, type, function), true);
    }

    /** The same with a window. What has no order has no frame to speak of, and some functions take none. */
    static SqlAggFunction windowed(RexOver over, List<RelDataType> arguments) {
        SqlAggFunction function = over.getAggOperator();
        boolean ordered =
                !over.getWindow().orderKeys.isEmpty() || over.getWindow().isRows();
        String form = typed(form(function, arguments), over.getType(), function);
        return new SparkAggregate(function, over.getType(), form, ordered && !UNFRAMED.contains(function.getKind()));
    }

    /** Whether Spark refuses it without ORDER BY, where any order will do. */
    static boolean needsOrder(RexOver over) {
        return UNFRAMED.contains(over.getAggOperator().getKind());
    }

    private static String form(SqlAggFunction function, List<RelDataType> arguments) {
        if (function instanceof GroupsFrame) {
            throw Refusal.of("A frame of GROUPS");
        }
        boolean time =
                arguments.stream().anyMatch(type -> SqlTypeUtil.isDatetime(type) || SqlTypeUtil.isInterval(type));
        boolean listed = arguments.stream().skip(1).anyMatch(type -> type.getComponentType() != null);
        String name = function.getName().toLowerCase(Locale.ROOT);
        if (time && MEASURING.contains(name)) {
            throw Refusal.of("%s of times".formatted(name));
        }
        if (listed && name.startsWith("quantile")) {
            throw Refusal.of("%s of a list of shares".formatted(name));
        }
        return switch (function.getKind()) {
            case SUM, SUM0 -> sum(arguments.get(0));
            case AVG -> average(arguments.get(0));
            case GROUPING -> grouping(arguments.size());
            default ->
                FormTable.AGGREGATES.find(function.getName(), arguments.size()).orElseThrow(() -> Refusal.of(name));
        };
    }

    /** Whole numbers are summed without bounds, as far as 38 digits go. */
    private static String sum(RelDataType argument) {
        return argument.getSqlTypeName() == SqlTypeName.BIGINT
                ? "[[sum({d} CAST({0} AS DECIMAL(38, 0)))]]"
                : argument.getSqlTypeName() == SqlTypeName.BOOLEAN
                        ? "[[sum({d} CAST({0} AS INT))]]"
                        : "[[sum({d} {0})]]";
    }

    /** The mean of whole numbers is that of their exact sum. */
    private static String average(RelDataType argument) {
        return SqlTypeUtil.isIntType(argument)
                ? "(CAST([[sum({d} CAST({0} AS DECIMAL(38, 0)))]] AS DOUBLE) / nullif([[count({d} {0})]], 0))"
                : "[[avg({d} CAST({0} AS DOUBLE))]]";
    }

    private static String grouping(int columns) {
        StringBuilder bits = new StringBuilder("CAST(0");
        for (int i = 0; i < columns; i++) {
            bits.append(" + shiftleft(grouping({%d}), %d)".formatted(i, columns - 1 - i));
        }
        return bits.append(" AS BIGINT)").toString();
    }

    /** A sum of INTEGER is a BIGINT on Spark, a median of FLOAT a DOUBLE. */
    private static String typed(String form, RelDataType type, SqlAggFunction function) {
        boolean otherwise = function.getKind() == SqlKind.SUM
                || type.getSqlTypeName() == SqlTypeName.REAL
                || function.getName().startsWith("quantile")
                || function.getKind() == SqlKind.PERCENTILE_DISC
                || function.getKind() == SqlKind.PERCENTILE_CONT;
        return otherwise ? "CAST(%s AS %s)".formatted(form, SparkTypes.of(type)) : form;
    }
}
