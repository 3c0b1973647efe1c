package io.gatehouse.jdbc;

import java.util.List;

/**
 * A relation that can be asked.
 *
 * @param view whether it is computed from others by a definition of Gatehouse's
 */
public record Table(String name, boolean view, String comment, List<Column> columns) {
    /** A column of a relation, with its SQL type. */
    public record Column(String name, String type, boolean nullable, String comment) {}

    public Table {
        columns = List.copyOf(columns);
    }
}
