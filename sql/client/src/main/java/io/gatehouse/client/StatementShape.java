package io.gatehouse.client;

import io.gatehouse.type.SqlType;
import java.util.List;

/**
 * What a statement takes and returns.
 *
 * @param parameters the types of its parameters, in order
 * @param names of the parameters, in the same order; empty if they have none, as {@code ?}
 */
public record StatementShape(List<ResultColumn> columns, List<SqlType> parameters, List<ParameterName> names) {
    public StatementShape {
        columns = List.copyOf(columns);
        parameters = List.copyOf(parameters);
        names = List.copyOf(names);
        if (!names.isEmpty() && names.size() != parameters.size()) {
            throw new IllegalArgumentException(
                    "%d parameters have %d names".formatted(parameters.size(), names.size()));
        }
    }
}
