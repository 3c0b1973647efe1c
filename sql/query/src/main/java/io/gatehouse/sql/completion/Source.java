package io.gatehouse.sql.completion;

import io.gatehouse.client.Column;
import io.gatehouse.sql.plan.MeasureDefinitions;
import io.gatehouse.type.SqlType;
import java.util.List;
import java.util.Optional;

/**
 * A relation of FROM.
 *
 * @param name what columns are called by: its alias, or else its name; empty for none
 * @param aliased whether that name was given here
 * @param measures those that the relation has of its own, or its query defines
 */
record Source(String name, boolean aliased, List<Field> columns, List<Measure> measures) {
    /**
     * A column.
     *
     * @param type empty if only the name is known
     * @param comment unit and meaning; empty when none is known
     */
    record Field(String name, Optional<SqlType> type, String comment) {
        static List<Field> of(List<Column> columns) {
            return columns.stream()
                    .map(column -> new Field(column.name(), Optional.of(column.type()), column.comment()))
                    .toList();
        }

        static Field untyped(String name) {
            return new Field(name, Optional.empty(), "");
        }

        /** The type and the comment. */
        String detail() {
            String name = type.map(SqlType::toString).orElse("");
            return comment.isEmpty() ? name : name + ": " + comment;
        }
    }

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
