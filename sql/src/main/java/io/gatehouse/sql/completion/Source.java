package io.gatehouse.sql.completion;

import io.gatehouse.sql.catalog.Column;
import java.util.List;

/**
 * A relation of FROM.
 *
 * @param name what columns are called by: its alias, or else its name; empty for none
 * @param aliased whether that name was given here
 */
record Source(String name, boolean aliased, List<Column> columns) {
    Source {
        columns = List.copyOf(columns);
    }
}
