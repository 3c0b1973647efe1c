package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A relation of the file.
 *
 * @param comment what one row is
 */
public record Relation(String name, String comment, List<Column> columns) {
    public Relation {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        columns = List.copyOf(columns);
    }
}
