package io.gatehouse.sql.spark;

import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import org.apache.calcite.rel.type.RelDataType;

/** Spark's names of types. */
final class SparkTypes {
    private SparkTypes() {}

    static String of(RelDataType type) {
        return of(CalciteTypes.sqlType(type));
    }

    static String of(SqlType type) {
        if (type instanceof ListOf list) {
            return "ARRAY<%s>".formatted(of(list.element()));
        }
        if (!(type instanceof Scalar scalar)) {
            return type.toString();
        }
        return switch (scalar) {
            case VARCHAR -> "STRING";
            case INTEGER -> "INT";
            case HUGEINT -> "DECIMAL(38, 0)";
            case UTINYINT, USMALLINT, UINTEGER, UBIGINT -> throw SparkForms.refused("The type %s".formatted(type));
            case TIMESTAMP -> "TIMESTAMP_NTZ";
            case TIMESTAMP_WITH_TIME_ZONE -> "TIMESTAMP_LTZ";
            case NULL -> "VOID";
            case BOOLEAN, TINYINT, SMALLINT, BIGINT, FLOAT, DOUBLE, DATE, TIME, INTERVAL -> type.toString();
        };
    }
}
