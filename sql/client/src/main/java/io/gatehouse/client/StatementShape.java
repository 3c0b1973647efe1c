package io.gatehouse.client;

import io.gatehouse.type.SqlType;
import java.util.List;

/**
 * What a statement takes and returns.
 *
 * @param parameters the types of its parameters, in order
 */
public record StatementShape(List<ResultColumn> columns, List<SqlType> parameters) {
    public StatementShape {
        columns = List.copyOf(columns);
        parameters = List.copyOf(parameters);
    }
}
