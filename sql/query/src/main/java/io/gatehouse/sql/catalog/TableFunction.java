package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A table function: a view with parameters, from one {@link DefinitionFile .sql file}. Its query refers to a parameter
 * as {@code $name}.
 *
 * @param comment what one row is
 * @param sections the sections by name, in order, without columns and parameters
 * @param parameters what it takes, in order
 * @param accepted the values that each of them takes
 * @param columns the columns as the head declares them; a test holds them against the plan
 * @param sql the query
 */
public record TableFunction(
        String name,
        String comment,
        Map<String, String> sections,
        List<Column> parameters,
        List<Accepted> accepted,
        List<Column> columns,
        String sql)
        implements DefinedQuery {
    public TableFunction {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        requireNonNull(sql, "sql is null");
        parameters = List.copyOf(parameters);
        accepted = List.copyOf(accepted);
        columns = List.copyOf(columns);
        if (accepted.size() != parameters.size()) {
            throw new IllegalArgumentException("%s has %d parameters, and says of %d what they take"
                    .formatted(name, parameters.size(), accepted.size()));
        }
    }

    /** Returns all table functions, by name. */
    public static List<TableFunction> all() {
        return SqlResource.definitions("table-functions").stream()
                .map(TableFunction::read)
                .toList();
    }

    private static TableFunction read(String name) {
        DefinitionFile file = DefinitionFile.read("table-functions/%s.sql".formatted(name));
        return new TableFunction(
                name,
                file.comment(),
                file.sections(),
                file.parameters(),
                file.accepted(),
                file.columns(),
                file.query());
    }

    /** Returns the signature, such as {@code top_experts(run INTEGER, k INTEGER)}. */
    public String signature() {
        return parameters.stream()
                .map(parameter -> "%s %s".formatted(parameter.name(), parameter.type()))
                .collect(Collectors.joining(", ", name + "(", ")"));
    }
}
