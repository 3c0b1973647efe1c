package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

/**
 * A column of a relation.
 *
 * @param type the SQL type, as DuckDB names it
 * @param comment unit and meaning; empty when none is recorded
 */
public record Column(String name, String type, boolean nullable, String comment) {
    public Column {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        requireNonNull(comment, "comment is null");
    }
}
