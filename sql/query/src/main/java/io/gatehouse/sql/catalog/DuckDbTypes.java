package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeFactoryImpl;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeMappingRules;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * DuckDB's type rules: FLOAT has four bytes, where Calcite's FLOAT has eight and its REAL four; the common type of
 * FLOAT and an exact number is FLOAT; there is one interval type; the common type of DATE and TIMESTAMP is TIMESTAMP.
 */
final class DuckDbTypes extends SqlTypeFactoryImpl {
    private static final SqlIntervalQualifier INTERVAL =
            new SqlIntervalQualifier(TimeUnit.DAY, TimeUnit.SECOND, SqlParserPos.ZERO);

    DuckDbTypes() {
        super(DuckDbTypeSystem.INSTANCE);
    }

    @Override
    public RelDataType createSqlType(SqlTypeName name) {
        return super.createSqlType(name == SqlTypeName.FLOAT ? SqlTypeName.REAL : name);
    }

    /** Elements of a list are always nullable, so that there is one list type per element type. */
    @Override
    public RelDataType createArrayType(RelDataType element, long maxCardinality) {
        return super.createArrayType(createTypeWithNullability(element, true), maxCardinality);
    }

    /** Returns the one interval type for all units. */
    @Override
    public RelDataType createSqlIntervalType(SqlIntervalQualifier qualifier) {
        return super.createSqlIntervalType(INTERVAL);
    }

    @Override
    public @Nullable RelDataType leastRestrictive(List<RelDataType> types, SqlTypeMappingRule rule) {
        List<RelDataType> known = types.stream()
                .filter(type -> type.getSqlTypeName() != SqlTypeName.NULL)
                .toList();
        Optional<RelDataType> common = common(known);
        if (common.isEmpty()) {
            return super.leastRestrictive(types, rule);
        }
        boolean nullable = known.size() < types.size() || types.stream().anyMatch(RelDataType::isNullable);
        return createTypeWithNullability(common.get(), nullable);
    }

    private Optional<RelDataType> common(List<RelDataType> types) {
        if (types.stream().anyMatch(SqlTypeUtil::isInterval)) {
            // Calcite's own rule takes a time beside an interval for a sum of the two.
            return all(types, SqlTypeUtil::isInterval) ? Optional.of(types.get(0)) : Optional.empty();
        }
        if (types.size() > 1 && all(types, CalciteTypes::isDateOrTimestamp)) {
            return Optional.of(latest(types));
        }
        if (types.stream().anyMatch(WholeNumbers::isUnsigned) && all(types, WholeNumbers::isWhole)) {
            return Optional.of(WholeNumbers.common(types, this));
        }
        if (types.size() > 1
                && types.stream().anyMatch(DuckDbTypes::isFraction)
                && all(types, SqlTypeUtil::isExactNumeric)) {
            return types.stream().reduce(this::exact);
        }
        if (types.size() > 1 && all(types, type -> type.getComponentType() != null)) {
            // Beside NULL Calcite would take the list to which the others can be cast.
            List<RelDataType> elements =
                    types.stream().map(RelDataType::getComponentType).toList();
            return Optional.ofNullable(leastRestrictive(elements, SqlTypeMappingRules.instance(false)))
                    .map(element -> createArrayType(element, -1));
        }
        if (types.size() > 1 && all(types, SqlTypeUtil::isApproximateNumeric)) {
            boolean wide = !all(types, DuckDbTypes::isReal);
            return Optional.of(createSqlType(wide ? SqlTypeName.DOUBLE : SqlTypeName.REAL));
        }
        boolean real = types.stream().anyMatch(DuckDbTypes::isReal);
        return real && all(types, type -> isReal(type) || SqlTypeUtil.isExactNumeric(type))
                ? Optional.of(createSqlType(SqlTypeName.REAL))
                : Optional.empty();
    }

    /**
     * The common type of two exact numbers. If not all digits fit, those behind the point stay beside an integer, which
     * fails at run time where it is too large, and those before the point stay beside another decimal. So of more than
     * two numbers the order matters.
     */
    private RelDataType exact(RelDataType one, RelDataType other) {
        if (!isFraction(one) && !isFraction(other)) {
            return requireNonNull(leastRestrictive(List.of(one, other)), "two integers have a common type");
        }
        int most = typeSystem.getMaxPrecision(SqlTypeName.DECIMAL);
        int before = Math.max(digitsBeforePoint(one), digitsBeforePoint(other));
        int scale = Math.max(scale(one), scale(other));
        boolean decimals = isFraction(one) && isFraction(other);
        return createSqlType(
                SqlTypeName.DECIMAL, Math.min(most, before + scale), decimals ? Math.min(scale, most - before) : scale);
    }

    private static int digitsBeforePoint(RelDataType number) {
        return number.getPrecision() - scale(number);
    }

    private static int scale(RelDataType number) {
        return SqlTypeUtil.isDecimal(number) ? number.getScale() : 0;
    }

    private static boolean isFraction(RelDataType type) {
        return SqlTypeUtil.isDecimal(type) && !WholeNumbers.isWhole(type);
    }

    private static boolean all(List<RelDataType> types, Predicate<RelDataType> condition) {
        return types.stream().allMatch(condition);
    }

    private static boolean isReal(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.REAL;
    }

    /** Returns the widest type: a DATE becomes a TIMESTAMP, and that becomes one with a time zone. */
    private RelDataType latest(List<RelDataType> types) {
        SqlTypeName name = types.stream()
                .map(RelDataType::getSqlTypeName)
                .max(Comparator.comparing(DuckDbTypes::width))
                .orElseThrow();
        int precision = types.stream()
                .filter(type -> type.getSqlTypeName() == name)
                .mapToInt(RelDataType::getPrecision)
                .max()
                .orElseThrow();
        return name == SqlTypeName.DATE ? createSqlType(name) : createSqlType(name, precision);
    }

    private static int width(SqlTypeName name) {
        return List.of(SqlTypeName.DATE, SqlTypeName.TIMESTAMP, SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE)
                .indexOf(name);
    }

    /**
     * The types that DuckDB gives to results, where Calcite's standard differs: strings have no length, decimals go to 38
     * digits, a sum of integers is a HUGEINT (here DECIMAL(38,0)), an average of numbers is a DOUBLE.
     */
    private static final class DuckDbTypeSystem extends RelDataTypeSystemImpl {
        static final DuckDbTypeSystem INSTANCE = new DuckDbTypeSystem();

        private static final int MAX_DECIMAL_DIGITS = 38;
        private static final int MICROSECONDS = 6;

        @Override
        public int getMaxPrecision(SqlTypeName typeName) {
            return switch (typeName) {
                case DECIMAL -> MAX_DECIMAL_DIGITS;
                case TIME, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> MICROSECONDS;
                default -> super.getMaxPrecision(typeName);
            };
        }

        @Override
        public int getMaxScale(SqlTypeName typeName) {
            return typeName == SqlTypeName.DECIMAL ? MAX_DECIMAL_DIGITS : super.getMaxScale(typeName);
        }

        @Override
        public int getDefaultPrecision(SqlTypeName typeName) {
            return switch (typeName) {
                case DECIMAL -> 18;
                case TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE, TIME -> MICROSECONDS;
                default -> super.getDefaultPrecision(typeName);
            };
        }

        @Override
        public int getDefaultScale(SqlTypeName typeName) {
            return typeName == SqlTypeName.DECIMAL ? 0 : super.getDefaultScale(typeName);
        }

        @Override
        public boolean shouldConvertRaggedUnionTypesToVarying() {
            return true;
        }

        @Override
        public RelDataType deriveSumType(RelDataTypeFactory typeFactory, RelDataType argumentType) {
            if (WholeNumbers.isWhole(argumentType)
                    || SqlTypeUtil.isBoolean(argumentType)
                    || argumentType.getSqlTypeName() == SqlTypeName.NULL) {
                return nullableAs(argumentType, typeFactory, typeFactory.createSqlType(SqlTypeName.DECIMAL, 38, 0));
            }
            if (SqlTypeUtil.isDecimal(argumentType)) {
                return nullableAs(
                        argumentType,
                        typeFactory,
                        typeFactory.createSqlType(SqlTypeName.DECIMAL, MAX_DECIMAL_DIGITS, argumentType.getScale()));
            }
            return nullableAs(argumentType, typeFactory, typeFactory.createSqlType(SqlTypeName.DOUBLE));
        }

        @Override
        public RelDataType deriveAvgAggType(RelDataTypeFactory typeFactory, RelDataType argumentType) {
            boolean time = SqlTypeUtil.isInterval(argumentType)
                    || (SqlTypeUtil.isDatetime(argumentType) && argumentType.getSqlTypeName() != SqlTypeName.DATE);
            if (time) {
                return argumentType;
            }
            SqlTypeName average = SqlTypeUtil.isDatetime(argumentType) ? SqlTypeName.TIMESTAMP : SqlTypeName.DOUBLE;
            return nullableAs(argumentType, typeFactory, typeFactory.createSqlType(average));
        }

        @Override
        public RelDataType deriveCovarType(
                RelDataTypeFactory typeFactory, RelDataType firstType, RelDataType secondType) {
            return typeFactory.createTypeWithNullability(typeFactory.createSqlType(SqlTypeName.DOUBLE), true);
        }

        private static RelDataType nullableAs(RelDataType like, RelDataTypeFactory typeFactory, RelDataType type) {
            return typeFactory.createTypeWithNullability(type, like.isNullable());
        }
    }
}
