package io.gatehouse.sql.function;

import java.util.List;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/** Calcite's own operators that mean the same in DuckDB. */
final class StandardOperators {
    private StandardOperators() {}

    static List<List<SqlOperator>> all() {
        return List.of(queries(), logic(), comparisons(), expressions(), functions(), aggregates(), windows());
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
                Division.OPERATOR,
                IntegerDivision.OPERATOR,
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
                SqlStdOperatorTable.APPROX_COUNT_DISTINCT,
                SqlLibraryOperators.ARRAY_AGG,
                SqlLibraryOperators.STRING_AGG,
                SqlStdOperatorTable.LISTAGG,
                SqlStdOperatorTable.PERCENTILE_CONT,
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
}
