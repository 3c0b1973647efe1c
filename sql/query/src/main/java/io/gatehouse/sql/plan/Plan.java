package io.gatehouse.sql.plan;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.ParameterName;
import io.gatehouse.sql.parse.Literals;
import io.gatehouse.type.SqlType;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A planned statement.
 *
 * @param sql the one statement of the engine that answers it
 * @param columns the names of its columns as the user is to see them
 * @param preface rows of text that come before those of the statement
 * @param parameters the types of the values of the parameters
 * @param names of the parameters; empty if they have none
 * @param types the types of the columns as validation found them; empty where the statement is not a query
 * @param inDuckDb for another engine: the same for DuckDB, which knows the exact types of the columns
 * @param given arguments of table functions to be checked with the values of the parameters
 * @param isOfNames whether the answer lies in names and types alone, and DuckDB gives it whichever engine has the rows
 */
public record Plan(
        String sql,
        List<String> columns,
        List<List<String>> preface,
        List<SqlType> parameters,
        List<ParameterName> names,
        List<SqlType> types,
        Optional<String> inDuckDb,
        List<GivenArgument> given,
        boolean isOfNames) {
    /** A text or a quoted name, which cannot contain a parameter; or a parameter. */
    private static final Pattern PARAMETER = Pattern.compile("'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|\\$(\\d++)");

    public Plan {
        requireNonNull(sql, "sql is null");
        columns = List.copyOf(columns);
        preface = preface.stream().map(List::copyOf).toList();
        parameters = List.copyOf(parameters);
        names = List.copyOf(names);
        types = List.copyOf(types);
        given = List.copyOf(given);
    }

    /** Makes a plan of a statement about names. */
    static Plan ofNames(String sql, List<String> columns) {
        return new Plan(sql, columns, List.of(), List.of(), List.of(), List.of(), Optional.empty(), List.of(), true);
    }

    /** Makes a plan of a statement about the names of a query, whose parameters it has. */
    static Plan ofNames(String sql, List<String> columns, Planner.Query query) {
        return new Plan(
                sql,
                columns,
                List.of(),
                query.parameters(),
                query.names(),
                List.of(),
                Optional.empty(),
                List.of(),
                true);
    }

    /** Makes a plan of a DuckDB statement over the rows of a query. */
    static Plan ofDuckDb(String sql, List<String> columns, List<List<String>> preface, Planner.Query query) {
        return new Plan(
                sql,
                columns,
                preface,
                query.parameters(),
                query.names(),
                List.of(),
                Optional.empty(),
                query.given(),
                false);
    }

    /** Adds the equivalent DuckDB statement. */
    Plan besides(Plan duckDb) {
        return new Plan(sql, columns, preface, parameters, names, types, Optional.of(duckDb.sql), given, isOfNames);
    }

    /** Replaces the types of the columns. */
    public Plan withTypes(List<SqlType> exact) {
        return new Plan(sql, columns, preface, parameters, names, exact, inDuckDb, given, isOfNames);
    }

    /**
     * Returns the plan with the values of the parameters inlined, each as a text inside the parameter's cast. For some
     * functions, such as a quantile, DuckDB knows the result type only when it has the value.
     */
    public Plan withValues(List<? extends @Nullable Object> values) {
        return new Plan(
                replace(sql, values),
                columns,
                preface,
                List.of(),
                List.of(),
                types,
                Optional.empty(),
                List.of(),
                isOfNames);
    }

    /**
     * Whether the written statement contains every parameter. Unused parameters are not written, and DuckDB cannot
     * prepare a statement with such a gap. For DuckDB's SQL only.
     */
    public boolean holdsAllParameters() {
        return parameters(sql) == parameters.size();
    }

    /** Returns the equivalent plan for DuckDB, if this is for another engine. */
    public Optional<Plan> findInDuckDb() {
        return inDuckDb.map(duckDb ->
                new Plan(duckDb, columns, List.of(), parameters, names, types, Optional.empty(), given, false));
    }

    /**
     * Returns the statement limited to one row more than the limit, to detect a truncated result. DuckDB returns the
     * same first rows with and without a LIMIT around the query.
     *
     * @param rows the limit; 0 is none
     */
    public String limitedTo(long rows) {
        return rows == 0 || rows == Long.MAX_VALUE || !preface.isEmpty()
                ? sql
                : "SELECT * FROM (\n%s\n) AS \"limited\" LIMIT %s".formatted(sql, rows + 1);
    }

    /** Returns the number of distinct parameters of a statement. */
    private static long parameters(String sql) {
        return PARAMETER
                .matcher(sql)
                .results()
                .map(match -> match.group(1))
                .filter(Objects::nonNull)
                .distinct()
                .count();
    }

    private static String replace(String sql, List<? extends @Nullable Object> values) {
        return PARAMETER
                .matcher(sql)
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(1) == null
                                ? match.group()
                                : literal(values.get(Integer.parseInt(match.group(1)) - 1))));
    }

    private static String literal(@Nullable Object value) {
        return value == null ? "NULL" : Literals.text(Literals.plain(value));
    }
}
