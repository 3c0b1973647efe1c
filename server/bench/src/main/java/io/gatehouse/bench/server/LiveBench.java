package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.Spread;
import io.gatehouse.bench.store.Latencies;
import io.gatehouse.client.ServedRun;
import io.gatehouse.client.http.ServerRuns;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Measures a run inside a server: what it costs that it is watched, and how long clients wait while it goes on. The same
 * run is made by itself, as from the command line, and in a server whose events somebody reads and which
 * {@value #READERS} clients ask every second, in turns. What counts is the run's own clock, which starts when the model is
 * loaded, and of the rounds the median of the ratios: a machine that is slower for a while is so for both.
 */
public final class LiveBench {
    static final int READERS = 4;

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final String NAME = "bench";
    private static final String VERSION = "bench";

    private final Path model;
    private final Path quiz;
    private final Optional<Integer> limit;
    private final Function<Store, RunPlanner> planners;

    /**
     * Runs a model over a quiz.
     *
     * @param limit how many of the questions; all if empty
     * @param planners makes the planner of a file's runs
     */
    public LiveBench(Path model, Path quiz, Optional<Integer> limit, Function<Store, RunPlanner> planners) {
        this.model = requireNonNull(model, "model is null");
        this.quiz = requireNonNull(quiz, "quiz is null");
        this.limit = requireNonNull(limit, "limit is null");
        this.planners = requireNonNull(planners, "planners is null");
    }

    /**
     * What it costs a run to be watched.
     *
     * @param aloneSeconds of the run by itself, in the median of the rounds
     * @param watchedSeconds of the run in a server, with a listener and readers, in the median
     * @param ratios how much longer the run took watched than alone, by round
     * @param news from the commit of a shard until a listener to events has heard of it, and SQL finds it
     */
    public record Watched(double aloneSeconds, double watchedSeconds, List<Double> ratios, Latencies news) {
        public Watched {
            ratios = List.copyOf(ratios);
            requireNonNull(news, "news is null");
        }

        /** What being watched adds, as a share of the time without. */
        public double overhead() {
            return Spread.of(ratios).median() - 1;
        }
    }

    /**
     * Measures what it costs to be watched.
     *
     * @param directory where files are made and deleted
     */
    public Watched watch(Path directory, int rounds) {
        List<Double> alone = new ArrayList<>();
        List<Double> watched = new ArrayList<>();
        List<Duration> news = new ArrayList<>();
        // The first round is not counted: Java has yet to compile what it runs.
        for (int round = 0; round <= rounds; round++) {
            // In turns also who comes first, so that neither gains from what the other leaves.
            boolean watchedFirst = round % 2 == 1;
            double early = watchedFirst ? watched(directory, news) : alone(directory);
            double late = watchedFirst ? alone(directory) : watched(directory, news);
            if (round > 0) {
                alone.add(watchedFirst ? late : early);
                watched.add(watchedFirst ? early : late);
            }
        }
        List<Double> ratios = IntStream.range(0, rounds)
                .mapToObj(round -> watched.get(round) / alone.get(round))
                .toList();
        return new Watched(Spread.of(alone).median(), Spread.of(watched).median(), ratios, Latencies.of(news));
    }

    /** Lets clients at a server that writes run after run. */
    public Load load(Path directory, int clients, Duration time, long seed) {
        Path file = directory.resolve("load.duckdb");
        try (Store store = Store.create(file);
                QueryEngine engine = new QueryEngine(store);
                GatehouseServer server = start(store, engine, planners.apply(store))) {
            engine.warmUp();
            return new ServerLoad(server.uri(), NAME, options(name(model), name(quiz)), clients, seed).run(time);
        } finally {
            delete(file);
        }
    }

    private double alone(Path directory) {
        Path file = directory.resolve("alone.duckdb");
        ClockHand clock = new ClockHand();
        Map<String, Object> options = options(model.toString(), quiz.toString());
        try (Store store = Store.create(file);
                RunPlan plan = planners.apply(store).plan(RunRequest.of(options))) {
            plan.execute(clock);
        } finally {
            delete(file);
        }
        return clock.seconds;
    }

    private double watched(Path directory, List<Duration> news) {
        Path file = directory.resolve("watched.duckdb");
        try (Store store = Store.create(file);
                QueryEngine engine = new QueryEngine(store)) {
            CommitTimes commits = new CommitTimes(planners.apply(store));
            try (GatehouseServer server = start(store, engine, commits);
                    RunObservers observers = new RunObservers(server.uri(), commits, READERS)) {
                double seconds = execute(server);
                news.addAll(commits.news());
                observers.requireAllWell();
                return seconds;
            }
        } finally {
            delete(file);
        }
    }

    private GatehouseServer start(Store store, QueryEngine engine, RunPlanner planner) {
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), VERSION)
                .with(RunSources.of(List.of(model), List.of(quiz)));
        return GatehouseServer.start(store, engine, settings, planner);
    }

    private double execute(GatehouseServer server) {
        try {
            ServedRun run = new ServerRuns(server.uri(), Optional.empty())
                    .follow(options(name(model), name(quiz)), LOOK_EVERY, seen -> true);
            if (!run.isComplete()) {
                throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "The run failed: %s.".formatted(run));
            }
            return run.progress().orElseThrow().elapsed().toMillis() / 1000.0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The bench was interrupted.", e);
        }
    }

    /** As a server knows what it was told of. */
    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private Map<String, Object> options(String ofModel, String ofQuiz) {
        Map<String, Object> options = new HashMap<>(Map.of("model", ofModel, "quiz", ofQuiz, "name", NAME));
        limit.ifPresent(questions -> options.put("limit", questions));
        return options;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".wal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Remembers how long a run took so far. */
    private static final class ClockHand implements RunListener {
        private volatile double seconds;

        @Override
        public void progress(RunProgress progress) {
            seconds = progress.elapsed().toNanos() / 1e9;
        }

        @Override
        public boolean cancelled() {
            return false;
        }
    }
}
