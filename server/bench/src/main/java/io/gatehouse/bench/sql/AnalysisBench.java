package io.gatehouse.bench.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.catalog.AnalysisView;
import io.gatehouse.sql.catalog.DefinedQuery;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Asks the example of each view and table function, most of which are about run 1, one after another. */
public final class AnalysisBench {
    /**
     * What one analysis took.
     *
     * @param rows number of rows, 0 if it failed
     * @param failure why it gave no rows, or empty
     */
    public record Measured(String analysis, Duration duration, long rows, String failure) {}

    /** Examples compare run 1 with another run, of which a file of made-up routing has none. */
    private static final String OTHER_RUN = " WHERE run_id <> 1)";

    private final Store store;
    private final QueryLimits limits;
    private final Pattern names;

    /**
     * @param timeout after which an analysis is ended
     * @param names of the analyses to ask, as a regular expression
     */
    public AnalysisBench(Store store, Duration timeout, Pattern names) {
        this.store = requireNonNull(store, "store is null");
        this.limits = new QueryLimits(timeout, 0);
        this.names = requireNonNull(names, "names is null");
    }

    public List<Measured> run() {
        List<DefinedQuery> analyses = Stream.<DefinedQuery>concat(
                        AnalysisView.all().stream(), TableFunction.all().stream())
                .filter(analysis -> names.matcher(analysis.name()).matches())
                .toList();
        if (analyses.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "No view and no table function has a name like %s".formatted(names));
        }
        try (QueryEngine engine = new QueryEngine(store)) {
            // The first statement of a process loads what all of them need.
            rows(engine, "SELECT count(*) FROM runs");
            return analyses.stream().map(analysis -> measure(engine, analysis)).toList();
        }
    }

    private Measured measure(QueryEngine engine, DefinedQuery analysis) {
        String statement = analysis.example();
        if (rows(engine, "SELECT run_id FROM runs") == 1) {
            statement = statement.replace(OTHER_RUN, ")");
        }
        long start = System.nanoTime();
        long rows = 0;
        String failure = "";
        try {
            rows = rows(engine, statement);
        } catch (GatehouseException e) {
            failure = String.valueOf(e.getMessage());
        }
        return new Measured(analysis.name(), Duration.ofNanos(System.nanoTime() - start), rows, failure);
    }

    private long rows(QueryEngine engine, String statement) {
        long rows = 0;
        try (QueryResult result = engine.query(statement, limits)) {
            while (result.next()) {
                rows++;
            }
        }
        return rows;
    }
}
