package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;

/** A column of a result. */
public record ResultColumn(String name, SqlType type) {
    public ResultColumn {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
    }
}
