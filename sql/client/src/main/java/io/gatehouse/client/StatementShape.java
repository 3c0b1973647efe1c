package io.gatehouse.client;

import java.util.List;

/**
 * What a statement takes and returns.
 *
 * @param parameters the SQL types of its parameters, in order
 */
public record StatementShape(List<ResultColumn> columns, List<String> parameters) {
    public StatementShape {
        columns = List.copyOf(columns);
        parameters = List.copyOf(parameters);
    }
}
