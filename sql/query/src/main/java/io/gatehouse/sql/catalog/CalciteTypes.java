package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Decimal;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeName;

/** Conversions between SQL types and Calcite's types. */
public final class CalciteTypes {
    private static final int MOST_DIGITS = 38;

    private CalciteTypes() {}

    /** Calcite's type of a column of a relation. */
    static RelDataType of(Column column, RelDataTypeFactory types) {
        return types.createTypeWithNullability(of(column.type(), types), column.nullable());
    }

    private static RelDataType of(SqlType type, RelDataTypeFactory types) {
        if (type instanceof ListOf list) {
            return types.createArrayType(types.createTypeWithNullability(of(list.element(), types), true), -1);
        }
        if (type instanceof Decimal decimal) {
            return types.createSqlType(SqlTypeName.DECIMAL, decimal.precision(), decimal.scale());
        }
        if (!(type instanceof Scalar scalar)) {
            throw unknown(type);
        }
        return switch (scalar) {
            case BOOLEAN -> types.createSqlType(SqlTypeName.BOOLEAN);
            case TINYINT -> types.createSqlType(SqlTypeName.TINYINT);
            case SMALLINT -> types.createSqlType(SqlTypeName.SMALLINT);
            case INTEGER -> types.createSqlType(SqlTypeName.INTEGER);
            case BIGINT -> types.createSqlType(SqlTypeName.BIGINT);
            case UTINYINT -> types.createSqlType(SqlTypeName.UTINYINT);
            case USMALLINT -> types.createSqlType(SqlTypeName.USMALLINT);
            case UINTEGER -> types.createSqlType(SqlTypeName.UINTEGER);
            case UBIGINT -> types.createSqlType(SqlTypeName.UBIGINT);
            case HUGEINT -> types.createSqlType(SqlTypeName.DECIMAL, 38, 0);
            case FLOAT -> types.createSqlType(SqlTypeName.REAL);
            case DOUBLE -> types.createSqlType(SqlTypeName.DOUBLE);
            case VARCHAR -> types.createSqlType(SqlTypeName.VARCHAR);
            case DATE -> types.createSqlType(SqlTypeName.DATE);
            case TIME -> types.createSqlType(SqlTypeName.TIME, 6);
            case TIMESTAMP -> types.createSqlType(SqlTypeName.TIMESTAMP, 6);
            case TIMESTAMP_WITH_TIME_ZONE -> types.createSqlType(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE, 6);
            case INTERVAL, NULL -> throw unknown(type);
        };
    }

    private static GatehouseException unknown(SqlType type) {
        return new GatehouseException(
                ErrorCode.INTERNAL_ERROR, "The SQL layer has no type for DuckDB's %s.".formatted(type));
    }

    /** The fields of a row. */
    public static List<Column> columns(RelDataType row) {
        return row.getFieldList().stream()
                .map(field -> new Column(
                        field.getName(),
                        sqlType(field.getType()),
                        field.getType().isNullable(),
                        ""))
                .toList();
    }

    /** Whether it is a DATE or a TIMESTAMP, with a time zone or without; one beside another becomes the later of them. */
    public static boolean isDateOrTimestamp(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case DATE, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> true;
            default -> false;
        };
    }

    /** Whether this is a decimal of as many digits as there can be, which may be too few for the values it is made for. */
    public static boolean hasMostDigits(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.DECIMAL && type.getPrecision() == MOST_DIGITS;
    }

    /**
     * The type of CASE where the common type of its results has most digits. DuckDB looks for it beginning with ELSE, and
     * which digits are left out depends on the order.
     *
     * @param results the types behind THEN, and that behind ELSE
     * @param inferred their common type in this order
     */
    public static RelDataType ofCase(List<RelDataType> results, RelDataType inferred, RelDataTypeFactory types) {
        List<RelDataType> elseFirst = new ArrayList<>(results);
        elseFirst.add(0, elseFirst.remove(results.size() - 1));
        RelDataType common = requireNonNull(types.leastRestrictive(elseFirst), "decimals have a common type");
        return types.createTypeWithNullability(common, inferred.isNullable());
    }

    /** The SQL type that one of Calcite's stands for. */
    public static SqlType sqlType(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case CHAR, VARCHAR -> Scalar.VARCHAR;
            case REAL -> Scalar.FLOAT;
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> Scalar.TIMESTAMP_WITH_TIME_ZONE;
            case DECIMAL ->
                type.getPrecision() == 38 && type.getScale() == 0
                        ? Scalar.HUGEINT
                        : new Decimal(type.getPrecision(), type.getScale());
            case ARRAY -> new ListOf(sqlType(requireNonNull(type.getComponentType(), "a list has elements")));
            case INTERVAL_DAY_SECOND -> Scalar.INTERVAL;
            default -> SqlType.of(type.getSqlTypeName().getName());
        };
    }
}
