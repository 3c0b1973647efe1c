package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.calcite.rex.RexNode;

/**
 * A call of a table function. Within its statement it is a table of its own.
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
