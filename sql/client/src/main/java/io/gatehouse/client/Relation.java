package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A relation that SQL can name.
 *
 * @param view whether Gatehouse computes it from other relations
 * @param comment what one row is
 */
public record Relation(String name, boolean view, String comment, List<Column> columns) {
    public Relation {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        columns = List.copyOf(columns);
    }
}
