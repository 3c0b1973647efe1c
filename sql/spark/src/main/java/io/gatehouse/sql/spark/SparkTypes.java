package io.gatehouse.sql.spark;

import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Other;
import io.gatehouse.type.SqlType.Scalar;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.calcite.rel.type.RelDataType;

/** Spark's names of types. */
final class SparkTypes {
    private static final String STRUCT = "STRUCT(";

    private SparkTypes() {}

    static String of(RelDataType type) {
        return of(CalciteTypes.sqlType(type));
    }

    static String of(SqlType type) {
        if (type instanceof ListOf list) {
            return "ARRAY<%s>".formatted(of(list.element()));
        }
        if (type instanceof Other other && other.name().startsWith(STRUCT)) {
            return structure(
                    other.name().substring(STRUCT.length(), other.name().length() - 1));
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

    /** @param fields as DuckDB writes them: {@code expert SMALLINT, weight INTEGER} */
    private static String structure(String fields) {
        return Arrays.stream(fields.split(", ", -1))
                .map(field -> field.split(" ", 2))
                .map(parts -> "`%s`: %s".formatted(parts[0], of(SqlType.of(parts[1]))))
                .collect(Collectors.joining(", ", "STRUCT<", ">"));
    }
}
