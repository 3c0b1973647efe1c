package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.TimeFunctions;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;

/**
 * Replaces INTERVAL '3' DAY and INTERVAL (n) DAY by to_days(3) and to_days(n), as DuckDB does. Calcite stores the value
 * of a literal in months or in milliseconds, and its month and day intervals do not mix.
 */
final class IntervalForm {
    /** DuckDB checks numbers with more digits. */
    private static final int MAX_DIGITS = 9;

    private IntervalForm() {}

    static SqlNode written(SqlIntervalLiteral literal) {
        SqlParserPos position = literal.getParserPosition();
        SqlIntervalLiteral.IntervalValue value = literal.getValueAs(SqlIntervalLiteral.IntervalValue.class);
        SqlNode text = SqlLiteral.createCharString(value.getIntervalLiteral(), position);
        SqlNode number = value.getSign() < 0 ? SqlStdOperatorTable.UNARY_MINUS.createCall(position, text) : text;
        return written(number, value.getIntervalQualifier(), position);
    }

    /** @param call INTERVAL (number) UNIT, INTERVAL 'number' UNIT or INTERVAL '3 days' */
    static SqlNode written(SqlCall call) {
        SqlParserPos position = call.getParserPosition();
        if (call.operandCount() == 2) {
            return written(call.operand(0), call.operand(1), position);
        }
        SqlNode text = call.operand(0);
        SqlDataTypeSpec type = new SqlDataTypeSpec(new TypeName(position), position);
        return text instanceof SqlCall negative && isNegative(negative)
                ? SqlStdOperatorTable.UNARY_MINUS.createCall(
                        position, SqlStdOperatorTable.CAST.createCall(position, negative.operand(0), type))
                : SqlStdOperatorTable.CAST.createCall(position, text, type);
    }

    /** @param number a number, or a text that is one */
    private static SqlNode written(SqlNode number, SqlIntervalQualifier unit, SqlParserPos position) {
        if (unit.timeUnitRange.endUnit != null) {
            throw StatementErrors.notSupported(
                    unit,
                    "An INTERVAL of %s is not supported; write each unit in the text, as in INTERVAL '1 day 2 hours'."
                            .formatted(unit));
        }
        SqlNode count = literal(number)
                .filter(literal -> literal.precision() - literal.scale() <= MAX_DIGITS && literal.scale() <= MAX_DIGITS)
                .map(literal -> counted(literal, unit.getUnit(), position))
                .orElseGet(() -> counted(number, unit.getUnit(), position));
        return TimeFunctions.interval(unit.getUnit()).createCall(position, count);
    }

    private static SqlNode counted(BigDecimal number, TimeUnit unit, SqlParserPos position) {
        boolean fractions = unit == TimeUnit.SECOND || unit == TimeUnit.MILLISECOND;
        BigDecimal counted = fractions ? number : number.setScale(0, RoundingMode.DOWN);
        return SqlLiteral.createExactNumeric(counted.toPlainString(), position);
    }

    /** Converts the number as DuckDB does: truncated to an integer, except for seconds. */
    private static SqlNode counted(SqlNode number, TimeUnit unit, SqlParserPos position) {
        SqlNode real = number instanceof SqlCall call && isNegative(call)
                ? SqlStdOperatorTable.UNARY_MINUS.createCall(position, cast(call.operand(0), SqlTypeName.DOUBLE))
                : cast(number, SqlTypeName.DOUBLE);
        return switch (unit) {
            case SECOND, MILLISECOND -> real;
            case HOUR, MINUTE, MICROSECOND -> cast(truncated(real), SqlTypeName.BIGINT);
            default -> cast(truncated(real), SqlTypeName.INTEGER);
        };
    }

    private static SqlNode truncated(SqlNode real) {
        return FunctionTable.TRUNC.createCall(real.getParserPosition(), real);
    }

    private static SqlNode cast(SqlNode node, SqlTypeName type) {
        return SqlTrees.cast(node, type, node.getParserPosition());
    }

    private static Optional<BigDecimal> literal(SqlNode number) {
        if (number instanceof SqlCall call && isNegative(call)) {
            return literal(call.operand(0)).map(BigDecimal::negate);
        }
        if (number instanceof SqlNumericLiteral literal) {
            return Optional.of(literal.getValueAs(BigDecimal.class));
        }
        try {
            return number instanceof SqlCharStringLiteral text
                    ? Optional.of(new BigDecimal(text.getValueAs(String.class).strip()))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            // DuckDB reports this when it casts the text.
            return Optional.empty();
        }
    }

    private static boolean isNegative(SqlCall call) {
        return call.getOperator().equals(SqlStdOperatorTable.UNARY_MINUS);
    }

    /** INTERVAL as a type name. DuckDB has one type for all units; Calcite would require units. */
    static final class TypeName extends SqlTypeNameSpec {
        private static final String NAME = "INTERVAL";

        TypeName(SqlParserPos position) {
            super(new SqlIdentifier(NAME, position), position);
        }

        @Override
        public RelDataType deriveType(SqlValidator validator) {
            SqlIntervalQualifier anyUnit = new SqlIntervalQualifier(TimeUnit.DAY, null, SqlParserPos.ZERO);
            return validator.getTypeFactory().createSqlIntervalType(anyUnit);
        }

        @Override
        public void unparse(SqlWriter writer, int leftPrecedence, int rightPrecedence) {
            writer.keyword(NAME);
        }

        @Override
        public boolean equalsDeep(SqlTypeNameSpec other, Litmus litmus) {
            return other instanceof TypeName ? litmus.succeed() : litmus.fail("{} != {}", this, other);
        }
    }
}
