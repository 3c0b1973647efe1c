package io.gatehouse.sql.function;

import io.gatehouse.sql.catalog.WholeNumbers;
import java.util.List;
import java.util.stream.Stream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.InferTypes;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlTypeName;

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
        RelDataTypeFactory types = binding.getTypeFactory();
        List<RelDataType> known = Stream.of(left, right)
                .filter(type -> type.getSqlTypeName() != SqlTypeName.NULL)
                .toList();
        return !known.isEmpty() && known.stream().allMatch(WholeNumbers::isWhole)
                ? types.createTypeWithNullability(WholeNumbers.computed(known, types), true)
                : Division.type(binding);
    }
}
