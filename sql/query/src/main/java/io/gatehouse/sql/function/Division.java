package io.gatehouse.sql.function;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.InferTypes;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/**
 * DuckDB's {@code /}: never an integer division. 7 / 2 is 3.5, of type DOUBLE; a FLOAT divided by anything narrower
 * than DOUBLE stays FLOAT, and an INTERVAL an INTERVAL. Calcite's own would type it INTEGER and cast to that where types are brought together.
 */
public final class Division {
    public static final SqlBinaryOperator OPERATOR = new SqlBinaryOperator(
            "/",
            SqlKind.DIVIDE,
            SqlStdOperatorTable.DIVIDE.getLeftPrec(),
            true,
            Division::type,
            InferTypes.FIRST_KNOWN,
            OperandTypes.NUMERIC_NUMERIC.or(
                    OperandTypes.family(SqlTypeFamily.DATETIME_INTERVAL, SqlTypeFamily.NUMERIC)));

    private Division() {}

    static RelDataType type(SqlOperatorBinding binding) {
        if (SqlTypeUtil.isInterval(binding.getOperandType(0))) {
            return binding.getTypeFactory().createTypeWithNullability(binding.getOperandType(0), true);
        }
        SqlTypeName left = binding.getOperandType(0).getSqlTypeName();
        SqlTypeName right = binding.getOperandType(1).getSqlTypeName();
        boolean narrow = left != SqlTypeName.DOUBLE && right != SqlTypeName.DOUBLE;
        boolean real = left == SqlTypeName.REAL || right == SqlTypeName.REAL;
        SqlTypeName type = real && narrow ? SqlTypeName.REAL : SqlTypeName.DOUBLE;
        return binding.getTypeFactory()
                .createTypeWithNullability(binding.getTypeFactory().createSqlType(type), true);
    }
}
