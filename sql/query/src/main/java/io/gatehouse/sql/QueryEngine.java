package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Bindings;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.StatementShape;
import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.Catalog;
import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.completion.Completion;
import io.gatehouse.sql.completion.Suggestion;
import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.driver.DuckDbErrors;
import io.gatehouse.sql.driver.ReaderSource;
import io.gatehouse.sql.plan.DefinitionPlanner;
import io.gatehouse.sql.plan.Plan;
import io.gatehouse.sql.plan.Planner;
import io.gatehouse.sql.plan.PlanningThreads;
import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.store.Store;
import io.gatehouse.store.database.SmallQuery;
import io.gatehouse.type.SqlType;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.calcite.config.CalciteSystemProperty;
import org.jspecify.annotations.Nullable;

/**
 * The entry point for SQL. Text is parsed, checked, validated and planned by Calcite into one statement of an engine, DuckDB
 * by default; the text itself never reaches the engine. Safe for use by many threads.
 */
public final class QueryEngine implements AutoCloseable {
    /** The timeout of checks and completions, which run while a user types. */
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(1);

    private static final int MAX_COMPLETED = 100_000;

    private final ExecutionEngine engine;
    private final ExecutionEngine names;
    private final Catalog catalog;
    private final PlanningThreads planning;
    private final Completion completion;

    /**
     * Reads the catalog of the file behind the source.
     *
     * @param readers connections on which {@code jdbc_stream_results}, {@code enable_caching_operators} and {@code enable_optimizer} may be set
     */
    public QueryEngine(ReaderSource readers) {
        this(readers, true);
    }

    private QueryEngine(ReaderSource readers, boolean rollups) {
        requireUtf8();
        this.catalog = catalog(readers, new DefinitionPlanner(rollups, EngineSql.DUCKDB));
        this.engine = new DuckDbEngine(readers);
        this.names = engine;
        Planner planner = new Planner(catalog, rollups, saved(readers), engine.sql());
        this.planning = new PlanningThreads(planner);
        this.completion = new Completion(catalog, planner::columnsOf);
    }

    /**
     * Runs statements on another engine, which it owns; statements about names, such as DESCRIBE, run on DuckDB.
     *
     * @param names connections to a database with the relations that the engine has; nothing but their names and types
     *     is asked of it
     */
    public QueryEngine(ExecutionEngine engine, ReaderSource names) {
        requireUtf8();
        this.engine = requireNonNull(engine, "engine is null");
        this.catalog = catalog(names, new DefinitionPlanner(true, engine.sql()));
        this.names = new DuckDbEngine(names);
        Planner ofNames =
                new Planner(catalog(names, new DefinitionPlanner(true, EngineSql.DUCKDB)), true, saved(names));
        Planner planner = new Planner(catalog, engine.sql(), ofNames);
        this.planning = new PlanningThreads(planner);
        this.completion = new Completion(catalog, planner::columnsOf);
    }

    private static Catalog catalog(ReaderSource readers, DefinitionPlanner definitions) {
        try (Connection connection = readers.open()) {
            return Catalog.read(connection, definitions);
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        }
    }

    /** Finds the texts of saved queries in the file. */
    private static Function<String, Optional<String>> saved(ReaderSource readers) {
        return name -> {
            try (Connection connection = readers.open()) {
                return SmallQuery.first(
                        connection, SqlResource.text("catalog/saved_query.sql"), row -> row.getString(1), name, name);
            } catch (SQLException e) {
                throw DuckDbErrors.translate(e);
            }
        };
    }

    /** Queries a store, which stays open. */
    public QueryEngine(Store store) {
        this(store::reader);
    }

    /** Returns an engine that does not use rollups, for comparison. */
    public static QueryEngine withoutRollups(ReaderSource readers) {
        return new QueryEngine(readers, false);
    }

    /** Whether statements compute in this process, and so take its cores and memory from each other. */
    public boolean isLocal() {
        return engine.isLocal();
    }

    /** What statements can name. */
    public Catalog catalog() {
        return catalog;
    }

    /**
     * Plans some statements in the background, so that the first ones of a user do not wait for Calcite's classes.
     * For processes that live longer than one statement.
     */
    public void warmUp() {
        planning.warmUp(SqlResource.statements("warm-up.sql"));
    }

    /**
     * Plans and prepares a statement. What is wrong with the text is reported from here, each time: only a statement that
     * DuckDB has prepared before is not prepared anew, and the schema of an open file does not change. The statement runs
     * at the first {@link QueryResult#next()}, so that another thread can cancel it; what is wrong with a value of its
     * rows is reported from there.
     */
    public QueryResult query(String sql, QueryLimits limits) {
        return query(sql, Bindings.none(), limits);
    }

    /**
     * Like {@link #query(String, QueryLimits)}, for a statement with a {@code ?} for each of the values.
     *
     * @param parameters as those of {@link #query(String, Bindings, QueryLimits)}
     */
    public QueryResult query(String sql, List<? extends @Nullable Object> parameters, QueryLimits limits) {
        return query(sql, new Bindings.InOrder(new ArrayList<>(parameters)), limits);
    }

    /**
     * Like {@link #query(String, QueryLimits)}, for a statement with parameters.
     *
     * @param parameters numbers, texts, booleans, and times as {@code java.time} or {@code java.sql} has them or as
     *     ISO 8601 writes them; null is SQL's NULL
     * @throws GatehouseException INVALID_ARGUMENT if there are more or fewer values than parameters, or values of other
     *     names, or if one cannot be had in the type of its parameter without loss
     */
    public QueryResult query(String sql, Bindings parameters, QueryLimits limits) {
        requireNonNull(limits, "limits is null");
        Deadline deadline = Deadline.in(limits.timeout());
        Plan planned = exact(plan(sql, shorter(limits.timeout(), limits.planning())), deadline);
        // What lies in names and types alone needs no values.
        Plan plan = planned.isOfNames() && parameters.isEmpty()
                ? planned.withValues(ParameterValues.samples(planned.parameters()))
                : planned;
        List<@Nullable Object> values = ParameterValues.of(plan.parameters(), plan.names(), parameters);
        GivenArguments.check(plan.given(), values, ofFile(limits));
        Execution statement = prepared(plan, values, limits.maxRows(), deadline);
        try {
            return new QueryResult(
                    statement,
                    columns(plan, statement.columnTypes()),
                    plan.preface(),
                    limits.maxRows(),
                    limits.memory());
        } catch (RuntimeException failure) {
            statement.close(0);
            throw failure;
        }
    }

    /** Answers queries for the values that arguments may be, each of them once. */
    private Function<String, List<Object>> ofFile(QueryLimits limits) {
        Map<String, List<Object>> answers = new HashMap<>();
        return query -> answers.computeIfAbsent(query, resource -> ofFile(resource, limits));
    }

    private List<Object> ofFile(String resource, QueryLimits limits) {
        List<Object> values = new ArrayList<>();
        try (QueryResult result =
                query(SqlResource.text(resource), new QueryLimits(limits.timeout(), limits.planning(), 0))) {
            while (result.next()) {
                Object value = requireNonNull(result.value(0), "a value of the file is NULL");
                values.add(value instanceof Number ? new BigDecimal(value.toString()) : value);
            }
        }
        return values;
    }

    private Execution prepared(Plan plan, List<@Nullable Object> values, long maxRows, Deadline deadline) {
        Execution statement = runner(plan).prepare(plan, values, maxRows, deadline);
        if (plan.parameters().isEmpty() || !statement.columnTypes().contains(Execution.UNKNOWN)) {
            return statement;
        }
        statement.close(0);
        return runner(plan).prepare(plan.withValues(values), List.of(), maxRows, deadline);
    }

    private static List<SqlType> columnTypes(ExecutionEngine engine, Plan plan, Deadline deadline) {
        List<SqlType> types = engine.columnTypes(plan, deadline);
        if (plan.parameters().isEmpty() || !types.contains(Execution.UNKNOWN)) {
            return types;
        }
        try {
            return engine.columnTypes(plan.withValues(ParameterValues.samples(plan.parameters())), deadline);
        } catch (GatehouseException e) {
            // Not every value is one that the statement takes; validation has found the types as well, if not the exact
            // ones.
            return plan.types();
        }
    }

    /** Returns the plan with the column types that DuckDB infers, whichever engine runs it. */
    private Plan exact(Plan plan, Deadline deadline) {
        return plan.findInDuckDb()
                .map(duckDb -> plan.withTypes(columnTypes(names, duckDb, deadline)))
                .orElse(plan);
    }

    private ExecutionEngine runner(Plan plan) {
        return plan.isOfNames() ? names : engine;
    }

    /** What a statement takes and returns, without running it. */
    public StatementShape shape(String sql, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        Plan plan = exact(plan(sql, shorter(timeout, QueryLimits.USUAL_PLANNING)), deadline);
        List<SqlType> types = columnTypes(runner(plan), plan, deadline);
        return new StatementShape(columns(plan, types), plan.parameters(), plan.names());
    }

    private Plan plan(String sql, Duration timeout) {
        return planning.plan(requireNonNull(sql, "sql is null"), timeout);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * What is wrong with a statement, without running it: nothing if it can be run. An empty text is not wrong. It is
     * planned and prepared, so that what {@link #query} would refuse is found here.
     *
     * @throws GatehouseException if it could not be found out, such as QUERY_BUSY or QUERY_TIMEOUT
     */
    public List<Diagnostic> check(String sql) {
        requireNonNull(sql, "sql is null");
        if (Completion.isEmpty(sql)) {
            return List.of();
        }
        try {
            shape(sql, CHECK_LIMIT);
            return List.of();
        } catch (GatehouseException failure) {
            if (failure.code().category() != ErrorCategory.USER) {
                throw failure;
            }
            return List.of(Diagnostic.error(failure, sql));
        }
    }

    /**
     * What could be typed at a place in a statement that need not be finished: at most 50, the likeliest first.
     *
     * @param offset index of the character that the cursor stands before
     */
    public List<Suggestion> complete(String sql, int offset) {
        requireNonNull(sql, "sql is null");
        int cursor = Math.max(0, Math.min(offset, sql.length()));
        return sql.length() > MAX_COMPLETED
                ? List.of()
                : planning.attempt(() -> completion.at(sql, cursor), CHECK_LIMIT)
                        .orElse(List.of());
    }

    private static List<ResultColumn> columns(Plan plan, List<SqlType> types) {
        if (plan.columns().size() != types.size()) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR,
                    "A statement of %d columns was planned as %d."
                            .formatted(plan.columns().size(), types.size()));
        }
        return IntStream.range(0, types.size())
                .mapToObj(i -> new ResultColumn(plan.columns().get(i), types.get(i)))
                .toList();
    }

    /**
     * Calcite reads the property once, when it loads, from our saffron.properties unless a system property or a class
     * loader hides that; with another character set it refuses every string outside Latin-1.
     */
    private static void requireUtf8() {
        String charset = CalciteSystemProperty.DEFAULT_CHARSET.value();
        if (!charset.equals("UTF-8")) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR,
                    "Calcite was loaded with the character set %s; start Java with -Dcalcite.default.charset=UTF-8."
                            .formatted(charset));
        }
    }

    @Override
    public void close() {
        planning.close();
        engine.close();
        names.close();
    }
}
