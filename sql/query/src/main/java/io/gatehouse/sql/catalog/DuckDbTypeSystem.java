package io.gatehouse.sql.catalog;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/**
 * The types that DuckDB gives to results, where Calcite's standard differs: strings have no length, decimals go to 38
 * digits, a sum of integers is a HUGEINT (here DECIMAL(38,0)), an average of numbers is a DOUBLE.
 */
final class DuckDbTypeSystem extends RelDataTypeSystemImpl {
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
    public RelDataType deriveCovarType(RelDataTypeFactory typeFactory, RelDataType firstType, RelDataType secondType) {
        return typeFactory.createTypeWithNullability(typeFactory.createSqlType(SqlTypeName.DOUBLE), true);
    }

    private static RelDataType nullableAs(RelDataType like, RelDataTypeFactory typeFactory, RelDataType type) {
        return typeFactory.createTypeWithNullability(type, like.isNullable());
    }
}
