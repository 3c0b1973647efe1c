package io.gatehouse.sql.function;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.InferTypes;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/**
 * DuckDB's {@code //}: 7 // 2 is 3. It cuts integers only: of other numbers it is the division of {@code /}, so that
 * 7.5 // 2 is 3.75.
 */
public final class IntegerDivision {
    public static final SqlBinaryOperator OPERATOR = new SqlBinaryOperator(
            "//",
            SqlKind.OTHER,
            SqlStdOperatorTable.DIVIDE.getLeftPrec(),
            true,
            IntegerDivision::type,
            InferTypes.FIRST_KNOWN,
            OperandTypes.NUMERIC_NUMERIC);

    private IntegerDivision() {}

    private static RelDataType type(SqlOperatorBinding binding) {
        RelDataType left = binding.getOperandType(0);
        RelDataType right = binding.getOperandType(1);
        if (!SqlTypeUtil.isIntType(left) || !SqlTypeUtil.isIntType(right)) {
            return Division.type(binding);
        }
        RelDataTypeFactory types = binding.getTypeFactory();
        SqlTypeName wider = left.getSqlTypeName().compareTo(right.getSqlTypeName()) > 0
                ? left.getSqlTypeName()
                : right.getSqlTypeName();
        return types.createTypeWithNullability(types.createSqlType(wider), true);
    }
}
