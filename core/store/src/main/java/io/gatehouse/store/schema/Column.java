package io.gatehouse.store.schema;

import static java.util.Objects.requireNonNull;

/**
 * A column of a table or a view.
 *
 * @param type DuckDB's name of its type; empty for a column of a view, whose query decides it
 * @param nullable whether NULL has a meaning in it, which the comment says
 */
public record Column(String name, String type, boolean nullable, String comment) {
    public Column {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        requireNonNull(comment, "comment is null");
    }

    /** Returns its definition in a CREATE TABLE statement. */
    String definition() {
        return "\"%s\" %s%s".formatted(name, type, nullable ? "" : " NOT NULL");
    }
}
