package io.gatehouse.sql.function;

import static io.gatehouse.sql.catalog.CalciteTypes.isDateOrTimestamp;

import io.gatehouse.sql.catalog.CalciteTypes;
import java.util.List;
import org.apache.calcite.sql.SqlBasicFunction;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlCoalesceFunction;
import org.apache.calcite.sql.fun.SqlLeadLagAggFunction;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlNullifFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeTransforms;

/**
 * Calcite's own operators that have the same meaning in DuckDB. Those that return one of their arguments also accept
 * dates together with timestamps, as DuckDB does.
 */
public final class StandardOperators {
    public static final SqlOperator GREATEST = oneOf(SqlKind.GREATEST);
    public static final SqlOperator LEAST = oneOf(SqlKind.LEAST);

    private static final SqlOperator COALESCE = new SqlCoalesceFunction() {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            coerceTexts(binding);
            return areDatesOrTimestamps(binding) || super.checkOperandTypes(binding, throwOnFailure);
        }
    };

    private static final SqlOperator NULLIF = new SqlNullifFunction() {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            return areDatesOrTimestamps(binding) || super.checkOperandTypes(binding, throwOnFailure);
        }
    };

    private StandardOperators() {}

    static List<List<SqlOperator>> all() {
        return List.of(
                queries(), logic(), comparisons(), expressions(), functions(), aggregates(), windows(), alternatives());
    }

    private static List<SqlOperator> queries() {
        return List.of(
                SqlStdOperatorTable.UNION,
                SqlStdOperatorTable.UNION_ALL,
                SqlStdOperatorTable.EXCEPT,
                SqlStdOperatorTable.EXCEPT_ALL,
                SqlStdOperatorTable.INTERSECT,
                SqlStdOperatorTable.INTERSECT_ALL,
                SqlStdOperatorTable.AS,
                SqlStdOperatorTable.VALUES,
                SqlStdOperatorTable.ROW,
                SqlStdOperatorTable.LATERAL,
                SqlStdOperatorTable.UNNEST,
                SqlStdOperatorTable.SCALAR_QUERY,
                SqlStdOperatorTable.EXISTS,
                SqlStdOperatorTable.CUBE,
                SqlStdOperatorTable.ROLLUP,
                SqlStdOperatorTable.GROUPING_SETS,
                SqlStdOperatorTable.DESC,
                SqlStdOperatorTable.NULLS_FIRST,
                SqlStdOperatorTable.NULLS_LAST);
    }

    private static List<SqlOperator> logic() {
        return List.of(
                SqlStdOperatorTable.AND,
                SqlStdOperatorTable.OR,
                SqlStdOperatorTable.NOT,
                SqlStdOperatorTable.IS_NULL,
                SqlStdOperatorTable.IS_NOT_NULL,
                SqlStdOperatorTable.IS_TRUE,
                SqlStdOperatorTable.IS_NOT_TRUE,
                SqlStdOperatorTable.IS_FALSE,
                SqlStdOperatorTable.IS_NOT_FALSE,
                SqlStdOperatorTable.IS_UNKNOWN,
                SqlStdOperatorTable.IS_NOT_UNKNOWN,
                SqlStdOperatorTable.CASE);
    }

    private static List<SqlOperator> comparisons() {
        return List.of(
                SqlStdOperatorTable.EQUALS,
                SqlStdOperatorTable.NOT_EQUALS,
                SqlStdOperatorTable.GREATER_THAN,
                SqlStdOperatorTable.GREATER_THAN_OR_EQUAL,
                SqlStdOperatorTable.LESS_THAN,
                SqlStdOperatorTable.LESS_THAN_OR_EQUAL,
                SqlStdOperatorTable.IS_DISTINCT_FROM,
                SqlStdOperatorTable.IS_NOT_DISTINCT_FROM,
                SqlStdOperatorTable.IN,
                SqlStdOperatorTable.NOT_IN,
                SqlStdOperatorTable.SOME_EQ,
                SqlStdOperatorTable.SOME_NE,
                SqlStdOperatorTable.SOME_LT,
                SqlStdOperatorTable.SOME_LE,
                SqlStdOperatorTable.SOME_GT,
                SqlStdOperatorTable.SOME_GE,
                SqlStdOperatorTable.ALL_EQ,
                SqlStdOperatorTable.ALL_NE,
                SqlStdOperatorTable.ALL_LT,
                SqlStdOperatorTable.ALL_LE,
                SqlStdOperatorTable.ALL_GT,
                SqlStdOperatorTable.ALL_GE,
                SqlStdOperatorTable.BETWEEN,
                SqlStdOperatorTable.NOT_BETWEEN,
                SqlStdOperatorTable.LIKE,
                SqlStdOperatorTable.NOT_LIKE,
                SqlLibraryOperators.ILIKE,
                SqlLibraryOperators.NOT_ILIKE,
                SqlStdOperatorTable.SIMILAR_TO,
                SqlStdOperatorTable.NOT_SIMILAR_TO,
                SqlStdOperatorTable.POSIX_REGEX_CASE_SENSITIVE,
                SqlStdOperatorTable.ESCAPE);
    }

    private static List<SqlOperator> expressions() {
        return List.of(
                SqlStdOperatorTable.CONCAT,
                SqlStdOperatorTable.UNARY_MINUS,
                SqlStdOperatorTable.UNARY_PLUS,
                SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR,
                SqlStdOperatorTable.LITERAL_CHAIN,
                SqlStdOperatorTable.INTERVAL,
                SqlStdOperatorTable.CAST,
                SqlLibraryOperators.TRY_CAST);
    }

    private static List<SqlOperator> functions() {
        return List.of(
                SqlStdOperatorTable.SUBSTRING,
                SqlStdOperatorTable.TRIM,
                SqlStdOperatorTable.POSITION,
                SqlStdOperatorTable.CHAR_LENGTH,
                SqlStdOperatorTable.CHARACTER_LENGTH,
                SqlStdOperatorTable.UPPER,
                SqlStdOperatorTable.LOWER,
                SqlStdOperatorTable.CARDINALITY,
                TimeFunctions.EXTRACT,
                SqlStdOperatorTable.CURRENT_DATE,
                SqlStdOperatorTable.CURRENT_TIMESTAMP);
    }

    private static List<SqlOperator> aggregates() {
        return List.of(
                SqlStdOperatorTable.FILTER,
                SqlStdOperatorTable.WITHIN_GROUP,
                SqlStdOperatorTable.GROUPING,
                SqlStdOperatorTable.COUNT,
                SqlStdOperatorTable.SUM,
                SqlStdOperatorTable.MIN,
                SqlStdOperatorTable.MAX,
                SqlStdOperatorTable.STDDEV_POP,
                SqlStdOperatorTable.STDDEV_SAMP,
                SqlStdOperatorTable.STDDEV,
                SqlStdOperatorTable.VAR_POP,
                SqlStdOperatorTable.VAR_SAMP,
                SqlStdOperatorTable.VARIANCE,
                SqlLibraryOperators.ARRAY_AGG,
                SqlLibraryOperators.STRING_AGG,
                SqlStdOperatorTable.LISTAGG,
                SqlStdOperatorTable.PERCENTILE_DISC);
    }

    private static List<SqlOperator> windows() {
        return List.of(
                SqlStdOperatorTable.OVER,
                SqlStdOperatorTable.ROW_NUMBER,
                SqlStdOperatorTable.RANK,
                SqlStdOperatorTable.DENSE_RANK,
                SqlStdOperatorTable.PERCENT_RANK,
                SqlStdOperatorTable.CUME_DIST,
                SqlStdOperatorTable.NTILE,
                SqlStdOperatorTable.FIRST_VALUE,
                SqlStdOperatorTable.LAST_VALUE,
                SqlStdOperatorTable.NTH_VALUE,
                SqlStdOperatorTable.IGNORE_NULLS,
                SqlStdOperatorTable.RESPECT_NULLS);
    }

    private static List<SqlOperator> alternatives() {
        return List.of(COALESCE, NULLIF, GREATEST, LEAST, neighbour(SqlKind.LAG), neighbour(SqlKind.LEAD));
    }

    private static SqlOperator oneOf(SqlKind kind) {
        return SqlBasicFunction.create(
                kind, ReturnTypes.LEAST_RESTRICTIVE.andThen(SqlTypeTransforms.TO_NULLABLE), new Alike());
    }

    /** LAG or LEAD; the third argument is the value where there is no such row. */
    private static SqlOperator neighbour(SqlKind kind) {
        return new SqlLeadLagAggFunction(kind) {
            @Override
            public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
                boolean dates = binding.getOperandCount() == 3
                        && isDateOrTimestamp(binding.getOperandType(0))
                        && isDateOrTimestamp(binding.getOperandType(2));
                return dates || super.checkOperandTypes(binding, throwOnFailure);
            }
        };
    }

    /** Gives text literals the type of the other arguments, as the rules of implicit casts have it. */
    private static void coerceTexts(SqlCallBinding binding) {
        if (binding.isTypeCoercionEnabled()) {
            binding.getValidator()
                    .getTypeCoercion()
                    .builtinFunctionCoercion(binding, binding.collectOperandTypes(), List.of());
        }
    }

    private static boolean areDatesOrTimestamps(SqlCallBinding binding) {
        return binding.collectOperandTypes().stream().allMatch(CalciteTypes::isDateOrTimestamp);
    }

    /** All of one type, or dates and timestamps. */
    private record Alike() implements SqlOperandTypeChecker {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            coerceTexts(binding);
            return areDatesOrTimestamps(binding)
                    || OperandTypes.SAME_VARIADIC.checkOperandTypes(binding, throwOnFailure);
        }

        @Override
        public SqlOperandCountRange getOperandCountRange() {
            return OperandTypes.SAME_VARIADIC.getOperandCountRange();
        }

        @Override
        public String getAllowedSignatures(SqlOperator operator, String name) {
            return OperandTypes.SAME_VARIADIC.getAllowedSignatures(operator, name);
        }
    }
}
