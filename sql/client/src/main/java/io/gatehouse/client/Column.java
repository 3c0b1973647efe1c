package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;

/**
 * A column of a relation.
 *
 * @param comment unit and meaning; empty when none is recorded
 */
public record Column(String name, SqlType type, boolean nullable, String comment) {
    public Column {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        requireNonNull(comment, "comment is null");
    }
}
