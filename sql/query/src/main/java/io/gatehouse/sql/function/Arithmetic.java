package io.gatehouse.sql.function;

import io.gatehouse.sql.catalog.WholeNumbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.InferTypes;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlOperandTypeInference;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/**
 * DuckDB's operators of numbers, and of dates, times and intervals: a DATE and a number of days are a DATE, two dates
 * differ by a number of days, a DATE and an INTERVAL are a TIMESTAMP, two timestamps differ by an INTERVAL.
 */
public final class Arithmetic {
    private static final SqlIntervalQualifier ANY_UNIT =
            new SqlIntervalQualifier(TimeUnit.DAY, null, SqlParserPos.ZERO);

    private static final SqlOperator PLUS = binary(
            SqlStdOperatorTable.PLUS,
            ReturnTypes.NULLABLE_SUM,
            (binding, result, operands) -> plusDays(binding, result, operands),
            Arithmetic::plus);

    private static final SqlOperator MINUS =
            binary(SqlStdOperatorTable.MINUS, ReturnTypes.NULLABLE_SUM, InferTypes.FIRST_KNOWN, Arithmetic::minus);

    private static final SqlOperator TIMES = binary(
            SqlStdOperatorTable.MULTIPLY, ReturnTypes.PRODUCT_NULLABLE, InferTypes.FIRST_KNOWN, Arithmetic::times);

    private static final SqlOperator REMAINDER = binary(
            SqlStdOperatorTable.PERCENT_REMAINDER,
            ReturnTypes.LEAST_RESTRICTIVE,
            InferTypes.FIRST_KNOWN,
            (left, right) -> Optional.empty());

    private static final SqlOperator MOD = new SqlFunction(
            "MOD",
            SqlKind.MOD,
            binding -> number(binding, ReturnTypes.LEAST_RESTRICTIVE),
            InferTypes.FIRST_KNOWN,
            OperandTypes.NUMERIC_NUMERIC,
            SqlFunctionCategory.NUMERIC);

    /**
     * {@code /}, which is never an integer division: 7 / 2 is 3.5, of type DOUBLE. A FLOAT divided by anything narrower
     * than DOUBLE stays FLOAT, and an INTERVAL stays INTERVAL. Calcite's own operator has the type INTEGER and would
     * cast to that type wherever it unifies types.
     */
    public static final SqlBinaryOperator DIVIDE = new SqlBinaryOperator(
            "/",
            SqlKind.DIVIDE,
            SqlStdOperatorTable.DIVIDE.getLeftPrec(),
            true,
            Arithmetic::quotient,
            InferTypes.FIRST_KNOWN,
            OperandTypes.NUMERIC_NUMERIC.or(
                    OperandTypes.family(SqlTypeFamily.DATETIME_INTERVAL, SqlTypeFamily.NUMERIC)));

    /** {@code //}: 7 // 2 is 3. It truncates integers only; for other numbers it is the same as {@code /}. */
    public static final SqlBinaryOperator INTEGER_DIVIDE = new SqlBinaryOperator(
            "//",
            SqlKind.OTHER,
            SqlStdOperatorTable.DIVIDE.getLeftPrec(),
            true,
            Arithmetic::wholeQuotient,
            InferTypes.FIRST_KNOWN,
            OperandTypes.NUMERIC_NUMERIC);

    private static final int PRECEDENCE_ON_BITS = 38;
    private static final List<SqlOperator> ON_BITS = List.of(onBits("&"), onBits("|"), onBits("<<"), onBits(">>"));

    /** Calcite's own numeric operators. */
    private static final Map<SqlOperator, SqlOperator> STANDARD = Map.of(
            PLUS, SqlStdOperatorTable.PLUS,
            MINUS, SqlStdOperatorTable.MINUS,
            TIMES, SqlStdOperatorTable.MULTIPLY,
            REMAINDER, SqlStdOperatorTable.PERCENT_REMAINDER);

    /** The result type of an operator on times; empty for operands that it does not accept. */
    private interface OfTimes {
        Optional<SqlTypeName> result(SqlTypeName left, SqlTypeName right);
    }

    private Arithmetic() {}

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>(List.of(PLUS, MINUS, TIMES, REMAINDER, MOD, DIVIDE, INTEGER_DIVIDE));
        all.addAll(ON_BITS);
        return all;
    }

    /** Returns the bitwise operator with a symbol, such as {@code <<}. */
    public static SqlOperator onBitsNamed(String name) {
        return ON_BITS.stream()
                .filter(operator -> operator.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static SqlBinaryOperator onBits(String name) {
        return new SqlBinaryOperator(
                name,
                SqlKind.OTHER_FUNCTION,
                PRECEDENCE_ON_BITS,
                true,
                ReturnTypes.LEAST_RESTRICTIVE.andThen(
                        (binding, type) -> binding.getTypeFactory().createTypeWithNullability(type, true)),
                InferTypes.FIRST_KNOWN,
                OperandTypes.family(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER));
    }

    private static RelDataType quotient(SqlOperatorBinding binding) {
        RelDataTypeFactory types = binding.getTypeFactory();
        if (SqlTypeUtil.isInterval(binding.getOperandType(0))) {
            return types.createTypeWithNullability(binding.getOperandType(0), true);
        }
        SqlTypeName left = binding.getOperandType(0).getSqlTypeName();
        SqlTypeName right = binding.getOperandType(1).getSqlTypeName();
        boolean narrow = left != SqlTypeName.DOUBLE && right != SqlTypeName.DOUBLE;
        boolean real = left == SqlTypeName.REAL || right == SqlTypeName.REAL;
        SqlTypeName type = real && narrow ? SqlTypeName.REAL : SqlTypeName.DOUBLE;
        return types.createTypeWithNullability(types.createSqlType(type), true);
    }

    private static RelDataType wholeQuotient(SqlOperatorBinding binding) {
        RelDataTypeFactory types = binding.getTypeFactory();
        List<RelDataType> known = binding.collectOperandTypes().stream()
                .filter(type -> type.getSqlTypeName() != SqlTypeName.NULL)
                .toList();
        return !known.isEmpty() && known.stream().allMatch(WholeNumbers::isWhole)
                ? types.createTypeWithNullability(WholeNumbers.computed(known, types), true)
                : quotient(binding);
    }

    /** Returns Calcite's numeric operator with the same symbol. */
    public static Optional<SqlOperator> standard(SqlOperator operator) {
        return Optional.ofNullable(STANDARD.get(operator));
    }

    private static SqlBinaryOperator binary(
            SqlBinaryOperator standard,
            SqlReturnTypeInference numbers,
            SqlOperandTypeInference inferred,
            OfTimes times) {
        return new SqlBinaryOperator(
                standard.getName(),
                standard.getKind(),
                standard.getLeftPrec(),
                true,
                binding -> isOfNumbers(binding) ? number(binding, numbers) : time(binding, times),
                inferred,
                new Operands(times));
    }

    private static boolean isOfNumbers(SqlOperatorBinding binding) {
        return binding.collectOperandTypes().stream()
                .noneMatch(type -> SqlTypeUtil.isDatetime(type) || SqlTypeUtil.isInterval(type));
    }

    private static RelDataType time(SqlOperatorBinding binding, OfTimes times) {
        RelDataTypeFactory types = binding.getTypeFactory();
        SqlTypeName name = times.result(kind(binding, 0), kind(binding, 1)).orElseThrow();
        RelDataType type = SqlTypeName.INTERVAL_TYPES.contains(name)
                ? types.createSqlIntervalType(ANY_UNIT)
                : types.createSqlType(name);
        return types.createTypeWithNullability(type, true);
    }

    /** Returns INTEGER for any integer type, DOUBLE for any other number, otherwise the type's own name. */
    private static SqlTypeName kind(SqlOperatorBinding binding, int operand) {
        RelDataType type = binding.getOperandType(operand);
        if (SqlTypeUtil.isIntType(type)) {
            return SqlTypeName.INTEGER;
        }
        return SqlTypeUtil.isNumeric(type) ? SqlTypeName.DOUBLE : type.getSqlTypeName();
    }

    private static Optional<SqlTypeName> plus(SqlTypeName left, SqlTypeName right) {
        return added(left, right).or(() -> added(right, left));
    }

    private static Optional<SqlTypeName> added(SqlTypeName left, SqlTypeName right) {
        boolean interval = isInterval(right);
        return Optional.ofNullable(
                switch (left) {
                    case DATE ->
                        interval || right == SqlTypeName.TIME
                                ? SqlTypeName.TIMESTAMP
                                : right == SqlTypeName.INTEGER ? SqlTypeName.DATE : null;
                    case TIME, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE, INTERVAL_DAY_SECOND -> interval ? left : null;
                    default -> null;
                });
    }

    private static Optional<SqlTypeName> minus(SqlTypeName left, SqlTypeName right) {
        if (left == SqlTypeName.DATE && right == SqlTypeName.DATE) {
            return Optional.of(SqlTypeName.BIGINT);
        }
        if (isDateOrTimestamp(left) && isDateOrTimestamp(right)) {
            return Optional.of(SqlTypeName.INTERVAL_DAY_SECOND);
        }
        return right == SqlTypeName.TIME ? Optional.empty() : added(left, right);
    }

    private static Optional<SqlTypeName> times(SqlTypeName left, SqlTypeName right) {
        boolean scaled = (isInterval(left) && isNumber(right)) || (isNumber(left) && isInterval(right));
        return scaled ? Optional.of(SqlTypeName.INTERVAL_DAY_SECOND) : Optional.empty();
    }

    private static boolean isInterval(SqlTypeName name) {
        return name == SqlTypeName.INTERVAL_DAY_SECOND;
    }

    private static boolean isNumber(SqlTypeName name) {
        return name == SqlTypeName.INTEGER || name == SqlTypeName.DOUBLE;
    }

    private static boolean isDateOrTimestamp(SqlTypeName name) {
        return name == SqlTypeName.DATE
                || name == SqlTypeName.TIMESTAMP
                || name == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
    }

    /** Infers the type of integers of which some are unsigned; for others, the type that Calcite infers. */
    private static RelDataType number(SqlOperatorBinding binding, SqlReturnTypeInference otherwise) {
        List<RelDataType> operands = binding.collectOperandTypes();
        boolean unsigned = operands.stream().anyMatch(WholeNumbers::isUnsigned)
                && operands.stream().allMatch(WholeNumbers::isWhole);
        if (!unsigned) {
            return otherwise.inferReturnType(binding);
        }
        RelDataTypeFactory types = binding.getTypeFactory();
        RelDataType type = isSmall(binding, 0)
                ? operands.get(1)
                : isSmall(binding, 1) ? operands.get(0) : WholeNumbers.computed(operands, types);
        return types.createTypeWithNullability(type, operands.stream().anyMatch(RelDataType::isNullable));
    }

    /** A small literal takes the type of the other operand. */
    private static boolean isSmall(SqlOperatorBinding binding, int operand) {
        BigDecimal literal = binding.isOperandLiteral(operand, false)
                ? binding.getOperandLiteralValue(operand, BigDecimal.class)
                : null;
        return literal != null && literal.signum() >= 0 && literal.compareTo(BigDecimal.valueOf(255)) <= 0;
    }

    /** Infers that the parameter in DATE + ? is a number of days. */
    private static void plusDays(SqlCallBinding binding, RelDataType result, RelDataType[] operands) {
        InferTypes.FIRST_KNOWN.inferOperandTypes(binding, result, operands);
        for (int i = 0; i < operands.length; i++) {
            if (operands[i].getSqlTypeName() == SqlTypeName.DATE) {
                operands[i] = binding.getTypeFactory().createSqlType(SqlTypeName.BIGINT);
            }
        }
    }

    /** Accepts two numbers, or the operands of an operator on times. */
    private record Operands(OfTimes times) implements SqlOperandTypeChecker {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            if (isOfNumbers(binding)) {
                return OperandTypes.NUMERIC_NUMERIC.checkOperandTypes(binding, throwOnFailure);
            }
            boolean taken = times.result(kind(binding, 0), kind(binding, 1)).isPresent();
            if (!taken && throwOnFailure) {
                throw binding.newValidationSignatureError();
            }
            return taken;
        }

        @Override
        public SqlOperandCountRange getOperandCountRange() {
            return SqlOperandCountRanges.of(2);
        }

        @Override
        public String getAllowedSignatures(SqlOperator operator, String name) {
            return OperandTypes.NUMERIC_NUMERIC.getAllowedSignatures(operator, name);
        }
    }
}
