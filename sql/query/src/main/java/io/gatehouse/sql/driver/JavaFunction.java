package io.gatehouse.sql.driver;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBScalarFunction;
import org.duckdb.DuckDBScalarFunctionBuilder;

/**
 * A function of SQL that is written in Java.
 *
 * @param name its name in statements that DuckDB runs
 * @param body computes the results of a vector of rows
 */
public record JavaFunction(
        String name, List<DuckDBColumnType> parameters, DuckDBColumnType returns, DuckDBScalarFunction body) {
    public JavaFunction {
        requireNonNull(name, "name is null");
        parameters = List.copyOf(parameters);
        requireNonNull(returns, "returns is null");
        requireNonNull(body, "body is null");
    }

    /**
     * Registers functions in a database, except those that it has already. Two engines may open the same file at once, so
     * one waits for the other.
     */
    public static void register(Connection connection, List<JavaFunction> functions) throws SQLException {
        synchronized (JavaFunction.class) {
            Set<String> registered = registered(connection, functions);
            for (JavaFunction function : functions) {
                if (!registered.contains(function.name)) {
                    function.register(connection);
                }
            }
        }
    }

    private static Set<String> registered(Connection connection, List<JavaFunction> functions) throws SQLException {
        String names = functions.stream()
                .map(function -> "'%s'".formatted(function.name))
                .collect(Collectors.joining(", "));
        Set<String> found = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT function_name FROM duckdb_functions() WHERE function_name IN (%s)".formatted(names))) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private void register(Connection connection) throws SQLException {
        try (DuckDBScalarFunctionBuilder builder = DuckDBFunctions.scalarFunction()) {
            var unused = builder.withName(name)
                    .withParameters(parameters.toArray(DuckDBColumnType[]::new))
                    .withReturnType(returns)
                    .withVectorizedFunction(body)
                    .register(connection);
        }
    }
}
