package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * The name of a parameter, {@code :name} in the statement.
 *
 * @param name in lower case; names are compared without case
 * @param column the name of a column that the statement compares the parameter with, whose values may be offered
 */
public record ParameterName(String name, Optional<String> column) {
    public ParameterName {
        requireNonNull(name, "name is null");
        requireNonNull(column, "column is null");
    }

    /** What messages call a parameter: its name with the colon, or else its number from 1. */
    public static String label(List<ParameterName> names, int index) {
        return names.isEmpty()
                ? Integer.toString(index + 1)
                : ":" + names.get(index).name();
    }
}
