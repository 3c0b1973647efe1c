package io.gatehouse.jdbc;

import java.util.List;

/**
 * What a statement takes and returns.
 *
 * @param parameters the SQL types of its parameters
 */
public record Shape(List<ResultColumn> columns, List<String> parameters) {
    public Shape {
        columns = List.copyOf(columns);
        parameters = List.copyOf(parameters);
    }
}
