package io.gatehouse.bench.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.plan.Planner;
import io.gatehouse.sql.plan.PlanningThreads;
import io.gatehouse.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Plans statements over tables and views, and some that are refused, in turns and each time as one that was never seen, as
 * a server does that is asked many different things.
 */
public final class PlanningBench {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /**
     * What planning or refusing one statement took.
     *
     * @param first in a process that has planned nothing but what stands before it
     * @param warm the median of all later rounds
     */
    public record Measured(String statement, Duration first, Duration warm) {}

    private final Store store;
    private final int rounds;

    /** @param rounds how often each is planned after the first time */
    public PlanningBench(Store store, int rounds) {
        this.store = requireNonNull(store, "store is null");
        this.rounds = rounds;
    }

    public List<Measured> run() {
        List<NamedStatement> statements = Stream.of("sql/planning.sql", "sql/queries.sql", "sql/refused.sql")
                .flatMap(resource -> NamedStatement.all(resource).stream())
                .toList();
        List<List<Duration>> durations = statements.stream()
                .<List<Duration>>map(statement -> new ArrayList<>())
                .toList();
        try (QueryEngine engine = new QueryEngine(store);
                PlanningThreads planning = new PlanningThreads(new Planner(engine.catalog()))) {
            for (int round = 0; round <= rounds; round++) {
                for (int i = 0; i < statements.size(); i++) {
                    durations.get(i).add(planned(planning, statements.get(i), round));
                }
            }
        }
        List<Measured> measured = new ArrayList<>();
        for (int i = 0; i < statements.size(); i++) {
            List<Duration> all = durations.get(i);
            measured.add(new Measured(statements.get(i).name(), all.get(0), Median.of(all.subList(1, all.size()))));
        }
        return measured;
    }

    /** The limit makes a text of its own, whose plan is not kept. */
    private static Duration planned(PlanningThreads planning, NamedStatement statement, int round) {
        String sql = "%s\nLIMIT %d".formatted(statement.sql(), 1_000_000 + round);
        boolean isRefused = false;
        long start = System.nanoTime();
        try {
            planning.plan(sql, TIMEOUT);
        } catch (GatehouseException refusal) {
            isRefused = true;
        }
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        if (isRefused != statement.name().startsWith("refused: ")) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR,
                    "\"%s\" was %s".formatted(statement.name(), isRefused ? "refused" : "not refused"));
        }
        return taken;
    }
}
