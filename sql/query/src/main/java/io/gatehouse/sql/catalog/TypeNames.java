package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;

/** DuckDB's names of Calcite's types. */
public final class TypeNames {
    private TypeNames() {}

    /** The fields of a row. */
    public static List<Column> columns(RelDataType row) {
        return row.getFieldList().stream()
                .map(field -> new Column(
                        field.getName(), of(field.getType()), field.getType().isNullable(), ""))
                .toList();
    }

    /** The name of one type. */
    public static String of(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case CHAR, VARCHAR -> "VARCHAR";
            case REAL -> "FLOAT";
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> "TIMESTAMP WITH TIME ZONE";
            case DECIMAL -> decimal(type);
            case ARRAY -> of(requireNonNull(type.getComponentType(), "a list has elements")) + "[]";
            case INTERVAL_DAY_SECOND -> "INTERVAL";
            default -> type.getSqlTypeName().getName();
        };
    }

    private static String decimal(RelDataType type) {
        return type.getPrecision() == 38 && type.getScale() == 0
                ? "HUGEINT"
                : "DECIMAL(%d,%d)".formatted(type.getPrecision(), type.getScale());
    }
}
