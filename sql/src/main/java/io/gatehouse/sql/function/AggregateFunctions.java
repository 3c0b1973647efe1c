package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.BOOLEAN;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.FLOATING;
import static io.gatehouse.sql.function.Signatures.LIST_OF_FIRST;
import static io.gatehouse.sql.function.Signatures.aggregate;
import static io.gatehouse.sql.function.Signatures.anything;
import static io.gatehouse.sql.function.Signatures.takes;
import static org.apache.calcite.sql.type.SqlTypeFamily.ANY;
import static org.apache.calcite.sql.type.SqlTypeFamily.NUMERIC;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlAvgAggFunction;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** DuckDB's aggregates beyond those of the standard. */
final class AggregateFunctions {
    private AggregateFunctions() {}

    /** Of times and intervals, too. */
    private static final SqlOperator AVG = new SqlAvgAggFunction(SqlKind.AVG) {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            RelDataType type = binding.getOperandType(0);
            return SqlTypeUtil.isDatetime(type)
                    || SqlTypeUtil.isInterval(type)
                    || super.checkOperandTypes(binding, throwOnFailure);
        }
    };

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>();
        all.add(AVG);
        for (String name : List.of("covar_pop", "covar_samp", "corr", "regr_slope", "regr_intercept", "regr_r2")) {
            all.add(aggregate(name, DOUBLE, takes(NUMERIC, NUMERIC)));
        }
        for (String name : List.of("skewness", "kurtosis", "product", "geomean", "sem")) {
            all.add(aggregate(name, DOUBLE, takes(NUMERIC)));
        }
        for (String name : List.of("median", "mad")) {
            all.add(aggregate(name, FLOATING, takes(NUMERIC)));
        }
        for (String name : List.of("arg_max", "arg_min", "max_by", "min_by")) {
            all.add(aggregate(name, FIRST, anything(2)));
        }
        for (String name : List.of("arg_max", "arg_min", "max_by", "min_by")) {
            all.add(aggregate(name, LIST_OF_FIRST, takes(ANY, ANY, NUMERIC)));
        }
        for (String name : List.of("max", "min")) {
            all.add(aggregate(name, LIST_OF_FIRST, takes(ANY, NUMERIC)));
        }
        for (String name : List.of("bool_and", "bool_or")) {
            all.add(aggregate(name, BOOLEAN, anything(1)));
        }
        for (String name : List.of("bit_and", "bit_or", "bit_xor", "mode")) {
            all.add(aggregate(name, FIRST, anything(1)));
        }
        all.add(aggregate("regr_count", BIGINT, takes(NUMERIC, NUMERIC)));
        all.add(aggregate("entropy", DOUBLE, anything(1)));
        all.add(aggregate("count_if", BIGINT, anything(1)));
        all.add(aggregate("quantile", FIRST, takes(NUMERIC, NUMERIC)));
        all.add(aggregate("quantile_cont", FLOATING, takes(NUMERIC, NUMERIC)));
        all.add(aggregate("quantile_disc", FIRST, takes(ANY, NUMERIC)));
        all.add(aggregate("approx_quantile", FIRST, takes(NUMERIC, NUMERIC)));
        all.add(aggregate("list", LIST_OF_FIRST, anything(1)));
        return all;
    }
}
