package io.gatehouse.sql.function;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicFunction;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlCoalesceFunction;
import org.apache.calcite.sql.fun.SqlLeadLagAggFunction;
import org.apache.calcite.sql.fun.SqlNullifFunction;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;

/** What gives one of its arguments, which may be dates beside timestamps, as in DuckDB. */
public final class Alternatives {
    public static final SqlOperator GREATEST = oneOf(SqlKind.GREATEST);
    public static final SqlOperator LEAST = oneOf(SqlKind.LEAST);

    private static final SqlOperator COALESCE = new SqlCoalesceFunction() {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            return areDatesOrTimestamps(binding) || super.checkOperandTypes(binding, throwOnFailure);
        }
    };

    private static final SqlOperator NULLIF = new SqlNullifFunction() {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            return areDatesOrTimestamps(binding) || super.checkOperandTypes(binding, throwOnFailure);
        }
    };

    private Alternatives() {}

    static List<SqlOperator> all() {
        return List.of(COALESCE, NULLIF, GREATEST, LEAST, neighbour(SqlKind.LAG), neighbour(SqlKind.LEAD));
    }

    private static SqlOperator oneOf(SqlKind kind) {
        return SqlBasicFunction.create(
                kind, ReturnTypes.LEAST_RESTRICTIVE.andThen(SqlTypeTransforms.TO_NULLABLE), new Alike());
    }

    /** Which has what it gives where there is no row as its third argument. */
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

    private static boolean areDatesOrTimestamps(SqlCallBinding binding) {
        return binding.collectOperandTypes().stream().allMatch(Alternatives::isDateOrTimestamp);
    }

    private static boolean isDateOrTimestamp(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.DATE
                || type.getSqlTypeName() == SqlTypeName.TIMESTAMP
                || type.getSqlTypeName() == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
    }

    /** All of one type, or dates and timestamps. */
    private record Alike() implements SqlOperandTypeChecker {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
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
