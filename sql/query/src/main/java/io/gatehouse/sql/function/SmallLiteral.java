package io.gatehouse.sql.function;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.math.BigDecimal;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;

/**
 * Arguments of which one is a number that must be written out and small: for each group DuckDB takes memory for as many
 * values at once, outside of its limit.
 *
 * @param others what is asked of the arguments besides
 * @param operand which one, from 0
 */
record SmallLiteral(SqlOperandTypeChecker others, int operand, int most) implements SqlOperandTypeChecker {
    SmallLiteral {
        requireNonNull(others, "others is null");
    }

    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
        if (!others.checkOperandTypes(binding, throwOnFailure)) {
            return false;
        }
        BigDecimal number = binding.isOperandLiteral(operand, false)
                ? binding.getOperandLiteralValue(operand, BigDecimal.class)
                : null;
        if (number == null || number.signum() <= 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw new GatehouseException(
                    ErrorCode.SQL_NOT_SUPPORTED,
                    "Argument %d of %s must be a literal from 1 to %,d."
                            .formatted(operand + 1, binding.getOperator().getName(), most));
        }
        return true;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
        return others.getOperandCountRange();
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
        return others.getAllowedSignatures(operator, name);
    }
}
