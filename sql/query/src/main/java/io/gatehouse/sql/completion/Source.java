package io.gatehouse.sql.completion;

import io.gatehouse.client.Column;
import io.gatehouse.sql.plan.MeasureDefinitions;
import java.util.List;

/**
 * A relation of FROM.
 *
 * @param name what columns are called by: its alias, or else its name; empty for none
 * @param aliased whether that name was given here
 * @param measures those that the relation has of its own, or its query defines
 */
record Source(String name, boolean aliased, List<Column> columns, List<Measure> measures) {
    /**
     * An aggregate with a name.
     *
     * @param note what it says, or how it is made
     */
    record Measure(String name, String note) {
        /** Those of a relation of the file. */
        static List<Measure> of(String relation) {
            return MeasureDefinitions.of(relation).stream()
                    .map(measure -> new Measure(
                            measure.name(), "measure of %s: %s".formatted(measure.relation(), measure.note())))
                    .toList();
        }
    }

    Source {
        columns = List.copyOf(columns);
        measures = List.copyOf(measures);
    }
}
