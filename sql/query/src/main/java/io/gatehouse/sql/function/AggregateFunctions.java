package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BETWEEN_VALUES;
import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.BOOLEAN;
import static io.gatehouse.sql.function.Signatures.DISTANCE;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.HUGEINT;
import static io.gatehouse.sql.function.Signatures.LIST_OF_FIRST;
import static io.gatehouse.sql.function.Signatures.VARCHAR;
import static io.gatehouse.sql.function.Signatures.aggregate;
import static io.gatehouse.sql.function.Signatures.aggregates;
import static io.gatehouse.sql.function.Signatures.anything;
import static io.gatehouse.sql.function.Signatures.either;
import static io.gatehouse.sql.function.Signatures.takes;
import static io.gatehouse.sql.function.Signatures.takesOptional;
import static io.gatehouse.sql.function.Signatures.takesUpTo;
import static org.apache.calcite.sql.type.SqlTypeFamily.ANY;
import static org.apache.calcite.sql.type.SqlTypeFamily.ARRAY;
import static org.apache.calcite.sql.type.SqlTypeFamily.CHARACTER;
import static org.apache.calcite.sql.type.SqlTypeFamily.DATETIME;
import static org.apache.calcite.sql.type.SqlTypeFamily.DATETIME_INTERVAL;
import static org.apache.calcite.sql.type.SqlTypeFamily.NUMERIC;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlAvgAggFunction;
import org.apache.calcite.sql.fun.SqlBasicAggFunction;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeTransforms;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.Optionality;

/** DuckDB's aggregates that are not in the SQL standard. */
final class AggregateFunctions {
    private AggregateFunctions() {}

    private static final SqlOperandTypeChecker MEASURED =
            takes(NUMERIC).or(takes(DATETIME)).or(takes(DATETIME_INTERVAL));

    private static final SqlOperandTypeChecker MEASURED_AND_SHARE = takes(NUMERIC, NUMERIC)
            .or(takes(DATETIME, NUMERIC))
            .or(takes(DATETIME_INTERVAL, NUMERIC))
            .or(takes(NUMERIC, ARRAY))
            .or(takes(DATETIME, ARRAY))
            .or(takes(DATETIME_INTERVAL, ARRAY));

    /** AVG, which here also takes times and intervals. */
    private static final SqlOperator AVG = new SqlAvgAggFunction(SqlKind.AVG) {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            RelDataType type = binding.getOperandType(0);
            return SqlTypeUtil.isDatetime(type)
                    || SqlTypeUtil.isInterval(type)
                    || super.checkOperandTypes(binding, throwOnFailure);
        }
    };

    /** PERCENTILE_CONT, of integers a DOUBLE: it lies between two of the values. To Calcite it is one of them. */
    private static final SqlOperator PERCENTILE_CONT = SqlBasicAggFunction.create(
                    SqlKind.PERCENTILE_CONT,
                    binding -> Signatures.between(binding, binding.getCollationType()),
                    OperandTypes.UNIT_INTERVAL_NUMERIC_LITERAL)
            .withFunctionType(SqlFunctionCategory.SYSTEM)
            .withGroupOrder(Optionality.MANDATORY)
            .withPercentile(true)
            .withAllowsFraming(false);

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>();
        all.add(AVG);
        all.add(PERCENTILE_CONT);
        all.add(aggregate("mean", ReturnTypes.AVG_AGG_FUNCTION, MEASURED));
        for (String name : List.of(
                "covar_pop",
                "covar_samp",
                "corr",
                "regr_slope",
                "regr_intercept",
                "regr_r2",
                "regr_avgx",
                "regr_avgy",
                "regr_sxx",
                "regr_syy",
                "regr_sxy",
                "wavg",
                "weighted_avg")) {
            all.add(aggregate(name, DOUBLE, takes(NUMERIC, NUMERIC)));
        }
        for (String name : List.of(
                "skewness",
                "kurtosis",
                "kurtosis_pop",
                "product",
                "geomean",
                "geometric_mean",
                "sem",
                "fsum",
                "sumkahan",
                "kahan_sum",
                "favg")) {
            all.add(aggregate(name, DOUBLE, takes(NUMERIC)));
        }
        for (String name : List.of("arg_max", "arg_min", "argmax", "argmin", "max_by", "min_by")) {
            all.add(aggregate(
                    name,
                    either(binding -> binding.getOperandCount() == 3, LIST_OF_FIRST, FIRST),
                    takesUpTo(ANY, ANY, NUMERIC)));
        }
        aggregates(all, FIRST, anything(2), "arg_max_null", "arg_min_null", "arg_max_nulls_last", "arg_min_nulls_last");
        aggregates(all, LIST_OF_FIRST, takes(ANY, NUMERIC), "max", "min");
        aggregates(all, BOOLEAN, anything(1), "bool_and", "bool_or");
        for (String name : List.of("bit_and", "bit_or", "bit_xor", "mode", "first", "last", "arbitrary", "ANY_VALUE")) {
            all.add(aggregate(name, FIRST, anything(1)));
        }
        quantiles(all);
        aggregates(all, HUGEINT, anything(1), "count_if", "countif");
        // Calcite makes COUNT(APPROXIMATE DISTINCT x) of its own, and loses FILTER when it writes that.
        all.add(aggregate("APPROX_COUNT_DISTINCT", BIGINT, anything(1)));
        all.add(aggregate("regr_count", BIGINT, takes(NUMERIC, NUMERIC)));
        all.add(aggregate("entropy", DOUBLE, anything(1)));
        all.add(aggregate("list", LIST_OF_FIRST, anything(1)));
        all.add(aggregate("group_concat", VARCHAR, takesOptional(CHARACTER, CHARACTER)));
        return all;
    }

    /** Quantiles. If the share is a list, the result is a list, too. */
    private static void quantiles(List<SqlOperator> all) {
        all.add(aggregate("median", BETWEEN_VALUES, anything(1)));
        all.add(aggregate("mad", DISTANCE, takes(NUMERIC).or(takes(DATETIME))));
        for (String name : List.of("quantile_cont", "approx_quantile")) {
            SqlReturnTypeInference one = name.equals("quantile_cont") ? BETWEEN_VALUES : FIRST;
            all.add(aggregate(name, eachShare(one), MEASURED_AND_SHARE));
        }
        aggregates(all, eachShare(FIRST), takes(ANY, NUMERIC).or(takes(ANY, ARRAY)), "quantile", "quantile_disc");
    }

    private static SqlReturnTypeInference eachShare(SqlReturnTypeInference one) {
        return binding -> {
            RelDataType type = one.inferReturnType(binding);
            boolean list = binding.getOperandType(1).getComponentType() != null;
            return list ? SqlTypeTransforms.TO_ARRAY.transformType(binding, type) : type;
        };
    }
}
