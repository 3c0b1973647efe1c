package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A relation of the file.
 *
 * @param comment what one row is; the relations without one are internal and cannot be named by users
 */
public record Relation(String name, Optional<String> comment, List<Column> columns) {
    public Relation {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        columns = List.copyOf(columns);
    }

    public boolean visible() {
        return comment.isPresent();
    }
}
