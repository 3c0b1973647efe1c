package io.gatehouse.sql.validate;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.TimestampString;

/**
 * Casts the literals of VALUES to the type of their column. Calcite keeps each as written, and then cannot compare 1.5
 * with 2e0 or put a DATE into a TIMESTAMP column.
 */
final class ValuesLiterals {
    private static final int MICROSECONDS = 6;

    private final SqlValidator validator;
    private final SqlValidatorScope scope;

    private ValuesLiterals(SqlValidator validator, SqlValidatorScope scope) {
        this.validator = validator;
        this.scope = scope;
    }

    /** Rewrites validated rows in place. */
    static void convert(SqlCall values, SqlValidator validator, SqlValidatorScope scope) {
        List<SqlCall> rows =
                values.getOperandList().stream().map(SqlCall.class::cast).toList();
        ValuesLiterals literals = new ValuesLiterals(validator, scope);
        int columns = rows.stream().mapToInt(SqlCall::operandCount).min().orElse(0);
        IntStream.range(0, columns).forEach(column -> literals.convert(rows, column));
    }

    private void convert(List<SqlCall> rows, int column) {
        RelDataType type = validator
                .getTypeFactory()
                .leastRestrictive(rows.stream()
                        .map(row -> validator.deriveType(scope, row.operand(column)))
                        .toList());
        if (type == null) {
            return;
        }
        for (SqlCall row : rows) {
            if (row.operand(column) instanceof SqlLiteral literal) {
                converted(literal, type).ifPresent(value -> row.setOperand(column, value));
            }
        }
    }

    private Optional<SqlNode> converted(SqlLiteral literal, RelDataType type) {
        SqlTypeName own = validator.deriveType(scope, literal).getSqlTypeName();
        SqlParserPos position = literal.getParserPosition();
        if (SqlTypeName.EXACT_TYPES.contains(own) && type.getSqlTypeName() == SqlTypeName.DOUBLE) {
            return Optional.of(SqlLiteral.createApproxNumeric(literal.toValue() + "E0", position));
        }
        if (own == SqlTypeName.DATE && type.getSqlTypeName() == SqlTypeName.TIMESTAMP) {
            DateString day = validator.resolveLiteral(literal).getValueAs(DateString.class);
            TimestampString midnight = new TimestampString(day + " 00:00:00");
            return Optional.of(SqlLiteral.createTimestamp(SqlTypeName.TIMESTAMP, midnight, MICROSECONDS, position));
        }
        boolean time = own == SqlTypeName.DATE || own == SqlTypeName.TIMESTAMP;
        return time && type.getSqlTypeName() == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE
                ? Optional.of(
                        SqlStdOperatorTable.CAST.createCall(position, literal, SqlTypeUtil.convertTypeToSpec(type)))
                : Optional.empty();
    }
}
