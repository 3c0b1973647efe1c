package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeFactoryImpl;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeMappingRules;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Types as DuckDB takes them: FLOAT has four bytes, where Calcite's has eight and REAL four; what a FLOAT and an exact
 * number have in common is a FLOAT; there is one type of intervals; a DATE beside a TIMESTAMP is one, too.
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

    /** A list can hold NULL, whatever it is made of, so that there is one type of lists. */
    @Override
    public RelDataType createArrayType(RelDataType element, long maxCardinality) {
        return super.createArrayType(createTypeWithNullability(element, true), maxCardinality);
    }

    /** The one type of intervals, whatever their units. */
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
        if (types.size() > 1 && all(types, DuckDbTypes::isDateOrTimestamp)) {
            return Optional.of(latest(types));
        }
        if (types.stream().anyMatch(WholeNumbers::isUnsigned) && all(types, WholeNumbers::isWhole)) {
            return Optional.of(WholeNumbers.common(types, this));
        }
        List<RelDataType> fractions = types.stream()
                .filter(type -> SqlTypeUtil.isDecimal(type) && !WholeNumbers.isWhole(type))
                .toList();
        if (!fractions.isEmpty() && fractions.size() < types.size() && all(types, SqlTypeUtil::isExactNumeric)) {
            return besideIntegers(fractions, types);
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

    /** Where there is not room for all digits, those behind the point stay, and an integer that is too large is refused. */
    private Optional<RelDataType> besideIntegers(List<RelDataType> fractions, List<RelDataType> types) {
        RelDataType fraction = requireNonNull(super.leastRestrictive(fractions, SqlTypeMappingRules.instance(false)));
        int whole = types.stream()
                .filter(WholeNumbers::isWhole)
                .mapToInt(RelDataType::getPrecision)
                .max()
                .orElseThrow();
        int most = typeSystem.getMaxPrecision(SqlTypeName.DECIMAL);
        return whole + fraction.getScale() > most
                ? Optional.of(createSqlType(SqlTypeName.DECIMAL, most, fraction.getScale()))
                : Optional.empty();
    }

    private static boolean all(List<RelDataType> types, Predicate<RelDataType> condition) {
        return types.stream().allMatch(condition);
    }

    private static boolean isReal(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.REAL;
    }

    private static boolean isDateOrTimestamp(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case DATE, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> true;
            default -> false;
        };
    }

    /** A DATE becomes a TIMESTAMP, and that one with a time zone. */
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
}
