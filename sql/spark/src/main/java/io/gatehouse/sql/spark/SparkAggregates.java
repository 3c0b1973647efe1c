package io.gatehouse.sql.spark;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.function.GroupsFrame;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.spark.SparkFunction.Template;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.Optionality;
import org.jspecify.annotations.Nullable;

/** Writes DuckDB's aggregates as Spark's. */
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

    /** Aggregates that compute with values, which Spark supports for numbers only. */
    private static final Set<String> MEASURING = Set.of("avg", "mean", "median", "mad", "quantile_cont");

    private SparkAggregates() {}

    /** Writes a call if it is a Spark aggregate, with FILTER, OVER and the like around it. */
    static boolean write(SqlCall call, SqlWriter writer) {
        return AggregateForm.of(call, writer);
    }

    /**
     * Returns the Spark aggregate for one of DuckDB's.
     *
     * @param arguments their types
     * @param type the type of the result
     * @param ordered whether ORDER BY stands inside its parentheses
     */
    static SqlAggFunction of(SqlAggFunction function, List<RelDataType> arguments, RelDataType type, boolean ordered) {
        String form = form(function, arguments);
        if (ordered && !form.contains("{keys}") && !form.contains("{order}")) {
            throw SparkForms.refused(
                    "%s with ORDER BY".formatted(function.getName().toLowerCase(Locale.ROOT)));
        }
        return new SparkAggregate(function, type, typed(form, type, function), true);
    }

    /**
     * Returns the same for a window function. A frame is written only with an order, and not for functions that take
     * none.
     */
    static SqlAggFunction windowed(RexOver over, List<RelDataType> arguments) {
        SqlAggFunction function = over.getAggOperator();
        boolean ordered =
                !over.getWindow().orderKeys.isEmpty() || over.getWindow().isRows();
        String form = typed(form(function, arguments), over.getType(), function);
        return new SparkAggregate(function, over.getType(), form, ordered && !UNFRAMED.contains(function.getKind()));
    }

    /** Whether Spark requires ORDER BY for a function where any order will do. */
    static boolean needsOrder(RexOver over) {
        return UNFRAMED.contains(over.getAggOperator().getKind());
    }

    private static String form(SqlAggFunction function, List<RelDataType> arguments) {
        if (function instanceof GroupsFrame) {
            throw SparkForms.refused("A frame of GROUPS");
        }
        boolean time =
                arguments.stream().anyMatch(type -> SqlTypeUtil.isDatetime(type) || SqlTypeUtil.isInterval(type));
        boolean listed = arguments.stream().skip(1).anyMatch(type -> type.getComponentType() != null);
        String name = function.getName().toLowerCase(Locale.ROOT);
        if (time && MEASURING.contains(name)) {
            throw SparkForms.refused("%s of times".formatted(name));
        }
        if (listed && name.startsWith("quantile")) {
            throw SparkForms.refused("%s of a list of shares".formatted(name));
        }
        return switch (function.getKind()) {
            case SUM, SUM0 -> sum(arguments.get(0));
            case AVG -> average(arguments.get(0));
            case GROUPING -> grouping(arguments.size());
            default ->
                FormTable.AGGREGATES
                        .find(function.getName(), arguments.size())
                        .orElseThrow(() -> SparkForms.refused(name));
        };
    }

    /** Sums integers with 38 digits, so that they do not overflow. */
    private static String sum(RelDataType argument) {
        return argument.getSqlTypeName() == SqlTypeName.BIGINT
                ? "[[sum({d} CAST({0} AS DECIMAL(38, 0)))]]"
                : argument.getSqlTypeName() == SqlTypeName.BOOLEAN
                        ? "[[sum({d} CAST({0} AS INT))]]"
                        : "[[sum({d} {0})]]";
    }

    /** Computes the mean of integers from their exact sum. */
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

    /** Casts where Spark's type differs: a sum of INTEGER is a BIGINT there, a median of FLOAT a DOUBLE. */
    private static String typed(String form, RelDataType type, SqlAggFunction function) {
        boolean otherwise = function.getKind() == SqlKind.SUM
                || type.getSqlTypeName() == SqlTypeName.REAL
                || function.getName().startsWith("quantile")
                || function.getKind() == SqlKind.PERCENTILE_DISC
                || function.getKind() == SqlKind.PERCENTILE_CONT;
        return otherwise ? "CAST(%s AS %s)".formatted(form, SparkTypes.of(type)) : form;
    }

    /**
     * An aggregate or window function that is written by a form: an expression in which each Spark aggregate is in
     * double brackets, because each gets the FILTER and the window of the whole. Placeholders: {@code {0}} an argument,
     * {@code {d}} DISTINCT, {@code {order}} the items of ORDER BY.
     */
    private static final class SparkAggregate extends SqlAggFunction {
        private final String form;
        private final boolean framed;

        /**
         * An aggregate.
         *
         * @param framed whether a frame is written with a window
         */
        SparkAggregate(SqlAggFunction of, RelDataType type, String form, boolean framed) {
            super(
                    of.getName(),
                    null,
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.explicit(type),
                    null,
                    OperandTypes.VARIADIC,
                    SqlFunctionCategory.USER_DEFINED_FUNCTION,
                    false,
                    false,
                    Optionality.OPTIONAL);
            this.form = requireNonNull(form, "form is null");
            this.framed = framed;
        }

        String form() {
            return form;
        }

        @Override
        public boolean allowsFraming() {
            return framed;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SparkAggregate aggregate && aggregate.form.equals(form);
        }

        @Override
        public int hashCode() {
            return form.hashCode();
        }
    }

    /** Writes a {@link SparkAggregate} with FILTER, WITHIN GROUP, IGNORE NULLS and OVER around it. */
    private static final class AggregateForm {
        private static final Pattern PIECE = Pattern.compile("\\[\\[(.*?)]]", Pattern.DOTALL);

        private final SqlWriter writer;
        private @Nullable SqlNode filter;
        private @Nullable SqlNode window;
        private boolean ignoreNulls;
        private List<SqlNode> order = List.of();

        private AggregateForm(SqlWriter writer) {
            this.writer = writer;
        }

        /** Writes the call if it is a Spark aggregate. */
        static boolean of(SqlCall call, SqlWriter writer) {
            return new AggregateForm(writer).write(call);
        }

        private boolean write(SqlCall call) {
            SqlNode inner = call;
            while (inner instanceof SqlCall around && !(around.getOperator() instanceof SparkAggregate)) {
                switch (around.getKind()) {
                    case FILTER -> filter = around.operand(1);
                    case WITHIN_GROUP -> order = ((SqlNodeList) around.operand(1)).getList();
                    case OVER -> window = around.operand(1);
                    case IGNORE_NULLS -> ignoreNulls = true;
                    default -> {
                        return false;
                    }
                }
                inner = around.operand(0);
            }
            if (inner instanceof SqlCall aggregate && aggregate.getOperator() instanceof SparkAggregate function) {
                write(aggregate, function.form());
                return true;
            }
            return false;
        }

        private void write(SqlCall aggregate, String form) {
            Matcher piece = PIECE.matcher(form);
            int from = 0;
            while (piece.find()) {
                write(aggregate, Template.of(form.substring(from, piece.start())));
                write(aggregate, Template.of(piece.group(1)));
                around();
                from = piece.end();
            }
            write(aggregate, Template.of(form.substring(from)));
        }

        private void around() {
            if (ignoreNulls) {
                Template.print(writer, "IGNORE NULLS");
            }
            if (filter != null) {
                Template.print(writer, "FILTER (WHERE ");
                filter.unparse(writer, 0, 0);
                Template.print(writer, " )");
            }
            if (window != null) {
                Template.print(writer, "OVER ");
                window.unparse(writer, 0, 0);
            }
        }

        private void write(SqlCall aggregate, Template template) {
            template.write(writer, aggregate.getOperandList(), place -> named(aggregate, place));
        }

        private void named(SqlCall aggregate, String place) {
            switch (place) {
                case "d" -> {
                    if (aggregate.getFunctionQuantifier() != null) {
                        Template.print(writer, "DISTINCT");
                    }
                }
                // A list of all rows, or of the distinct ones.
                case "collect" ->
                    Template.print(writer, aggregate.getFunctionQuantifier() == null ? "collect_list" : "collect_set");
                case "order" -> list(order);
                case "keys" -> keys();
                case "compare" -> Template.print(writer, comparison());
                default -> throw new IllegalStateException("No place " + place);
            }
        }

        private void list(List<SqlNode> items) {
            for (int i = 0; i < items.size(); i++) {
                if (i > 0) {
                    Template.print(writer, ",");
                }
                items.get(i).unparse(writer, 0, 0);
            }
        }

        /** , 'k0', key, 'k1', key: fields of a struct. */
        private void keys() {
            for (int i = 0; i < order.size(); i++) {
                Template.print(writer, ", 'k%d', ".formatted(i));
                SqlTrees.bare(order.get(i)).unparse(writer, 0, 0);
            }
        }

        /** -1, 0 or 1 for two structs l and r with these fields: the first key that differs decides. */
        private String comparison() {
            String equal = "0";
            for (int i = order.size() - 1; i >= 0; i--) {
                int less = isIn(order.get(i), SqlKind.DESCENDING) ? 1 : -1;
                // Spark's default: NULL sorts as the smallest value.
                boolean explicit = isIn(order.get(i), SqlKind.NULLS_FIRST) || isIn(order.get(i), SqlKind.NULLS_LAST);
                int isNull = explicit ? (isIn(order.get(i), SqlKind.NULLS_FIRST) ? -1 : 1) : less;
                equal = """
                        CASE WHEN l.k%1$d <=> r.k%1$d THEN %2$s WHEN l.k%1$d IS NULL THEN %3$d \
                        WHEN r.k%1$d IS NULL THEN %4$d WHEN l.k%1$d < r.k%1$d THEN %5$d ELSE %6$d END""".formatted(i, equal, isNull, -isNull, less, -less);
            }
            return equal;
        }

        private static boolean isIn(SqlNode item, SqlKind kind) {
            return switch (item.getKind()) {
                case DESCENDING, NULLS_FIRST, NULLS_LAST ->
                    item.getKind() == kind || isIn(((SqlCall) item).operand(0), kind);
                default -> false;
            };
        }
    }
}
