package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.type.SqlType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A planned statement.
 *
 * @param sql the one statement of the engine that answers it
 * @param columns the names of its columns as the user is to see them
 * @param preface rows of text that come before those of the statement
 * @param parameters the types of the values of the parameters
 * @param types the types of the columns as validation found them; empty where the statement is no query
 * @param inDuckDb for another engine: the same for DuckDB, which knows the exact types of the columns
 * @param isOfNames whether the answer lies in names and types alone, and DuckDB gives it whichever engine has the rows
 */
public record Plan(
        String sql,
        List<String> columns,
        List<List<String>> preface,
        List<SqlType> parameters,
        List<SqlType> types,
        Optional<String> inDuckDb,
        boolean isOfNames) {
    public Plan {
        requireNonNull(sql, "sql is null");
        columns = List.copyOf(columns);
        preface = preface.stream().map(List::copyOf).toList();
        parameters = List.copyOf(parameters);
        types = List.copyOf(types);
    }

    /** One about names. */
    static Plan ofNames(String sql, List<String> columns) {
        return ofNames(sql, columns, List.of());
    }

    static Plan ofNames(String sql, List<String> columns, List<SqlType> parameters) {
        return new Plan(sql, columns, List.of(), parameters, List.of(), Optional.empty(), true);
    }

    /** One that DuckDB's own statement answers, of rows that it has. */
    static Plan ofDuckDb(String sql, List<String> columns, List<List<String>> preface, List<SqlType> parameters) {
        return new Plan(sql, columns, preface, parameters, List.of(), Optional.empty(), false);
    }

    /** With the same for DuckDB. */
    Plan besides(Plan duckDb) {
        return new Plan(sql, columns, preface, parameters, types, Optional.of(duckDb.sql), isOfNames);
    }

    /** With the exact types of the columns. */
    public Plan withTypes(List<SqlType> exact) {
        return new Plan(sql, columns, preface, parameters, exact, inDuckDb, isOfNames);
    }

    /**
     * With the values of the parameters written into it, each as a text inside the cast that it stands in. DuckDB knows
     * what some functions return only when it has the value, such as the fraction of a quantile.
     */
    public Plan withValues(List<? extends @Nullable Object> values) {
        return new Plan(
                ParameterText.replace(sql, values), columns, preface, List.of(), types, Optional.empty(), isOfNames);
    }

    /**
     * Whether each parameter stands in the statement: one that nothing uses is left out when the statement is written, and
     * DuckDB cannot prepare a statement with such a gap. For DuckDB's own SQL.
     */
    public boolean holdsAllParameters() {
        return ParameterText.in(sql) == parameters.size();
    }

    /** The same for DuckDB, if this is for another engine. */
    public Optional<Plan> findInDuckDb() {
        return inDuckDb.map(duckDb -> new Plan(duckDb, columns, List.of(), parameters, types, Optional.empty(), false));
    }

    /**
     * The statement with one row more than a limit, which tells a cut result from a whole one. DuckDB hands the same
     * first rows on whether or not a LIMIT stands around the query, so a limit never changes a row.
     *
     * @param rows the limit; 0 is none
     */
    public String limitedTo(long rows) {
        return rows == 0 || rows == Long.MAX_VALUE || !preface.isEmpty()
                ? sql
                : "SELECT * FROM (\n%s\n) AS \"limited\" LIMIT %d".formatted(sql, rows + 1);
    }
}
