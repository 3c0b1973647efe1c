package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;

/** A column of a result. */
public record ResultColumn(String name, SqlType type) {
    /** The key in the metadata of an Arrow field that holds the SQL type of the column. */
    public static final String ARROW_KEY = "sql_type";

    public ResultColumn {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
    }
}
