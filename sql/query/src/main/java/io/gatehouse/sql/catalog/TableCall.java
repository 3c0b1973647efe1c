package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.calcite.rex.RexNode;

/**
 * A function in FROM with its arguments. For the one statement that it stands in it is a table of its own.
 *
 * @param schema the name of a schema that holds this table alone
 * @param arguments of the types of the parameters
 */
public record TableCall(String schema, TableFunction function, List<RexNode> arguments) {
    public TableCall {
        requireNonNull(schema, "schema is null");
        requireNonNull(function, "function is null");
        arguments = List.copyOf(arguments);
    }
}
