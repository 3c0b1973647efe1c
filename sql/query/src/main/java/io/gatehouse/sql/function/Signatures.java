package io.gatehouse.sql.function;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlBasicAggFunction;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.Optionality;

/**
 * Argument and return types from which DuckDB's functions are declared. Arguments are checked for their type family
 * only; DuckDB binds the exact type.
 */
final class Signatures {
    /** DuckDB has one interval type for all units. */
    private static final SqlIntervalQualifier ANY_UNIT =
            new SqlIntervalQualifier(TimeUnit.DAY, null, SqlParserPos.ZERO);

    static final SqlReturnTypeInference BOOLEAN = nullable(SqlTypeName.BOOLEAN);
    static final SqlReturnTypeInference TINYINT = nullable(SqlTypeName.TINYINT);
    static final SqlReturnTypeInference INTEGER = nullable(SqlTypeName.INTEGER);
    static final SqlReturnTypeInference BIGINT = nullable(SqlTypeName.BIGINT);
    static final SqlReturnTypeInference HUGEINT =
            binding -> forceNullable(binding, binding.getTypeFactory().createSqlType(SqlTypeName.DECIMAL, 38, 0));
    static final SqlReturnTypeInference DOUBLE = nullable(SqlTypeName.DOUBLE);
    static final SqlReturnTypeInference VARCHAR = nullable(SqlTypeName.VARCHAR);
    static final SqlReturnTypeInference TIMESTAMP = nullable(SqlTypeName.TIMESTAMP);
    static final SqlReturnTypeInference INSTANT = nullable(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE);
    static final SqlReturnTypeInference DATE = nullable(SqlTypeName.DATE);
    static final SqlReturnTypeInference TIME = nullable(SqlTypeName.TIME);
    static final SqlReturnTypeInference INTERVAL =
            binding -> forceNullable(binding, binding.getTypeFactory().createSqlIntervalType(ANY_UNIT));
    static final SqlReturnTypeInference FIRST = binding -> forceNullable(binding, binding.getOperandType(0));
    static final SqlReturnTypeInference SECOND = binding -> forceNullable(binding, binding.getOperandType(1));
    static final SqlReturnTypeInference ELEMENT = binding -> forceNullable(binding, element(binding));
    static final SqlReturnTypeInference LIST_OF_FIRST = binding -> list(binding, binding.getOperandType(0));
    static final SqlReturnTypeInference LIST_OF_BIGINT =
            binding -> list(binding, binding.getTypeFactory().createSqlType(SqlTypeName.BIGINT));
    static final SqlReturnTypeInference LIST_OF_VARCHAR =
            binding -> list(binding, binding.getTypeFactory().createSqlType(SqlTypeName.VARCHAR));

    /** FLOAT stays FLOAT, any other number becomes DOUBLE: how DuckDB types quantiles and similarities. */
    static final SqlReturnTypeInference FLOATING = binding -> floating(binding, binding.getOperandType(0));

    /** A value between two others: DOUBLE for integers, TIMESTAMP for dates, otherwise the operand's own type. */
    static final SqlReturnTypeInference BETWEEN_VALUES = binding -> between(binding, binding.getOperandType(0));

    /** The distance of two values: INTERVAL for times. */
    static final SqlReturnTypeInference DISTANCE =
            either(binding -> SqlTypeUtil.isDatetime(binding.getOperandType(0)), INTERVAL, BETWEEN_VALUES);

    static final SqlReturnTypeInference FLOATING_ELEMENT = binding -> floating(binding, element(binding));

    /** A decimal loses its fraction digits, an integer becomes a DOUBLE: how DuckDB types floor and ceil. */
    static final SqlReturnTypeInference WHOLE = Signatures::whole;

    /** A decimal keeps as many fraction digits as the second argument says, or none without it. */
    static final SqlReturnTypeInference ROUNDED = Signatures::rounded;

    private Signatures() {}

    static SqlFunction scalar(String name, SqlReturnTypeInference returns, SqlOperandTypeChecker takes) {
        return new SqlFunction(
                name, SqlKind.OTHER_FUNCTION, returns, null, takes, SqlFunctionCategory.USER_DEFINED_FUNCTION);
    }

    static SqlAggFunction aggregate(String name, SqlReturnTypeInference returns, SqlOperandTypeChecker takes) {
        return SqlBasicAggFunction.create(name, SqlKind.OTHER_FUNCTION, returns, takes)
                .withGroupOrder(Optionality.OPTIONAL);
    }

    /** Adds functions that take the same and return the same. */
    static void scalars(
            List<SqlOperator> all, SqlReturnTypeInference returns, SqlOperandTypeChecker takes, String... names) {
        for (String name : names) {
            all.add(scalar(name, returns, takes));
        }
    }

    /** Adds aggregates that take the same and return the same. */
    static void aggregates(
            List<SqlOperator> all, SqlReturnTypeInference returns, SqlOperandTypeChecker takes, String... names) {
        for (String name : names) {
            all.add(aggregate(name, returns, takes));
        }
    }

    static SqlOperandTypeChecker takes(SqlTypeFamily... families) {
        return OperandTypes.family(List.of(families));
    }

    /** The last argument may be left out. */
    static SqlOperandTypeChecker takesOptional(SqlTypeFamily... families) {
        return OperandTypes.family(List.of(families), i -> i == families.length - 1);
    }

    /** The same, where it is one of several forms. */
    static SqlOperandTypeChecker takesUpTo(SqlTypeFamily... families) {
        return takes(Arrays.copyOf(families, families.length - 1)).or(takes(families));
    }

    static SqlOperandTypeChecker anything(int arguments) {
        return OperandTypes.family(Collections.nCopies(arguments, SqlTypeFamily.ANY));
    }

    static SqlOperandTypeChecker anythingFrom(int arguments) {
        return OperandTypes.variadic(SqlOperandCountRanges.from(arguments));
    }

    static SqlReturnTypeInference either(
            Predicate<SqlOperatorBinding> condition, SqlReturnTypeInference one, SqlReturnTypeInference other) {
        return binding -> (condition.test(binding) ? one : other).inferReturnType(binding);
    }

    private static SqlReturnTypeInference nullable(SqlTypeName type) {
        return binding -> forceNullable(binding, binding.getTypeFactory().createSqlType(type));
    }

    private static RelDataType element(SqlOperatorBinding binding) {
        RelDataType list = binding.getOperandType(0);
        RelDataType element = list.getComponentType();
        return element == null ? list : element;
    }

    private static RelDataType list(SqlOperatorBinding binding, RelDataType element) {
        return forceNullable(binding, SqlTypeTransforms.TO_ARRAY.transformType(binding, element));
    }

    private static RelDataType floating(SqlOperatorBinding binding, RelDataType number) {
        SqlTypeName type = number.getSqlTypeName() == SqlTypeName.REAL ? SqlTypeName.REAL : SqlTypeName.DOUBLE;
        return forceNullable(binding, binding.getTypeFactory().createSqlType(type));
    }

    /** The type of a value between two of a type. */
    static RelDataType between(SqlOperatorBinding binding, RelDataType type) {
        if (SqlTypeUtil.isNumeric(type) && !SqlTypeUtil.isDecimal(type)) {
            return floating(binding, type);
        }
        return type.getSqlTypeName() == SqlTypeName.DATE
                ? TIMESTAMP.inferReturnType(binding)
                : forceNullable(binding, type);
    }

    private static RelDataType whole(SqlOperatorBinding binding) {
        RelDataType number = binding.getOperandType(0);
        RelDataTypeFactory types = binding.getTypeFactory();
        return forceNullable(
                binding,
                switch (number.getSqlTypeName()) {
                    case DECIMAL -> types.createSqlType(SqlTypeName.DECIMAL, number.getPrecision(), 0);
                    case REAL -> number;
                    default -> types.createSqlType(SqlTypeName.DOUBLE);
                });
    }

    private static RelDataType rounded(SqlOperatorBinding binding) {
        RelDataType number = binding.getOperandType(0);
        if (number.getSqlTypeName() != SqlTypeName.DECIMAL) {
            return forceNullable(binding, number);
        }
        Integer digits = binding.getOperandCount() == 1
                ? Integer.valueOf(0)
                : binding.isOperandLiteral(1, false) ? binding.getOperandLiteralValue(1, Integer.class) : null;
        int scale = digits == null ? number.getScale() : Math.max(0, Math.min(digits, number.getScale()));
        return forceNullable(
                binding, binding.getTypeFactory().createSqlType(SqlTypeName.DECIMAL, number.getPrecision(), scale));
    }

    private static RelDataType forceNullable(SqlOperatorBinding binding, RelDataType type) {
        RelDataTypeFactory types = binding.getTypeFactory();
        return types.createTypeWithNullability(type, true);
    }
}
