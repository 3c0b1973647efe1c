package io.gatehouse.sql.completion;

import io.gatehouse.sql.catalog.Column;
import io.gatehouse.sql.plan.MeasureDefinitions;
import java.util.List;

/**
 * A relation of FROM.
 *
 * @param name what columns are called by: its alias, or else its name; empty for none
 * @param aliased whether that name was given here
 * @param measures those that the relation has of its own
 */
record Source(String name, boolean aliased, List<Column> columns, List<MeasureDefinitions.Definition> measures) {
    Source {
        columns = List.copyOf(columns);
        measures = List.copyOf(measures);
    }
}
