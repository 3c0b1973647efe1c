package io.gatehouse.sql.catalog;

import io.gatehouse.client.Column;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.type.SqlTypeName;

/** Calcite's type for DuckDB's name of one. */
final class TypeMapping {
    private static final Pattern LIST = Pattern.compile("(.+)\\[\\d*]");
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),\\s*(\\d+)\\)");

    private TypeMapping() {}

    static RelDataType calciteType(Column column, RelDataTypeFactory types) {
        return types.createTypeWithNullability(calciteType(column.type(), types), column.nullable());
    }

    private static RelDataType calciteType(String type, RelDataTypeFactory types) {
        Matcher list = LIST.matcher(type);
        if (list.matches()) {
            RelDataType element = types.createTypeWithNullability(calciteType(list.group(1), types), true);
            return types.createArrayType(element, -1);
        }
        Matcher decimal = DECIMAL.matcher(type);
        if (decimal.matches()) {
            return types.createSqlType(
                    SqlTypeName.DECIMAL, Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
        }
        return switch (type) {
            case "BOOLEAN" -> types.createSqlType(SqlTypeName.BOOLEAN);
            case "TINYINT" -> types.createSqlType(SqlTypeName.TINYINT);
            case "SMALLINT" -> types.createSqlType(SqlTypeName.SMALLINT);
            case "INTEGER" -> types.createSqlType(SqlTypeName.INTEGER);
            case "BIGINT" -> types.createSqlType(SqlTypeName.BIGINT);
            case "UTINYINT" -> types.createSqlType(SqlTypeName.UTINYINT);
            case "USMALLINT" -> types.createSqlType(SqlTypeName.USMALLINT);
            case "UINTEGER" -> types.createSqlType(SqlTypeName.UINTEGER);
            case "UBIGINT" -> types.createSqlType(SqlTypeName.UBIGINT);
            case "HUGEINT" -> types.createSqlType(SqlTypeName.DECIMAL, 38, 0);
            case "FLOAT" -> types.createSqlType(SqlTypeName.REAL);
            case "DOUBLE" -> types.createSqlType(SqlTypeName.DOUBLE);
            case "VARCHAR" -> types.createSqlType(SqlTypeName.VARCHAR);
            case "DATE" -> types.createSqlType(SqlTypeName.DATE);
            case "TIME" -> types.createSqlType(SqlTypeName.TIME, 6);
            case "TIMESTAMP" -> types.createSqlType(SqlTypeName.TIMESTAMP, 6);
            case "TIMESTAMP WITH TIME ZONE" -> types.createSqlType(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE, 6);
            default ->
                throw new GatehouseException(
                        ErrorCode.INTERNAL_ERROR, "The SQL layer has no type for DuckDB's %s.".formatted(type));
        };
    }
}
