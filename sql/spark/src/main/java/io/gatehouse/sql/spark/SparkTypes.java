package io.gatehouse.sql.spark;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.catalog.TypeNames;
import org.apache.calcite.rel.type.RelDataType;

/** Spark's names of types. */
final class SparkTypes {
    private SparkTypes() {}

    static String of(RelDataType type) {
        return switch (type.getSqlTypeName()) {
            case ARRAY -> "ARRAY<%s>".formatted(of(requireNonNull(type.getComponentType(), "a list has elements")));
            case NULL -> "VOID";
            default -> ofSql(TypeNames.of(type));
        };
    }

    /** @param type the SQL name of a type */
    static String ofSql(String type) {
        if (type.endsWith("[]")) {
            return "ARRAY<%s>".formatted(ofSql(type.substring(0, type.length() - "[]".length())));
        }
        return switch (type) {
            case "VARCHAR" -> "STRING";
            case "INTEGER" -> "INT";
            case "HUGEINT" -> "DECIMAL(38, 0)";
            case "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT" -> throw Refusal.of("The type %s".formatted(type));
            case "TIMESTAMP" -> "TIMESTAMP_NTZ";
            case "TIMESTAMP WITH TIME ZONE" -> "TIMESTAMP_LTZ";
            default -> type;
        };
    }
}
