package io.gatehouse.sql.function;

import java.util.List;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.InferTypes;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeFamily;

/** DuckDB's operations on the bits of whole numbers. */
public final class BitOperators {
    private static final int PRECEDENCE = 38;

    private static final List<SqlOperator> ALL = List.of(of("&"), of("|"), of("<<"), of(">>"));

    private BitOperators() {}

    static List<SqlOperator> all() {
        return ALL;
    }

    /** The one that is written so. */
    public static SqlOperator named(String name) {
        return ALL.stream()
                .filter(operator -> operator.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static SqlBinaryOperator of(String name) {
        return new SqlBinaryOperator(
                name,
                SqlKind.OTHER_FUNCTION,
                PRECEDENCE,
                true,
                ReturnTypes.LEAST_RESTRICTIVE.andThen(
                        (binding, type) -> binding.getTypeFactory().createTypeWithNullability(type, true)),
                InferTypes.FIRST_KNOWN,
                OperandTypes.family(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER));
    }
}
