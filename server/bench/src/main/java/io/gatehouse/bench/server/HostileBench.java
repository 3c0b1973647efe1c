package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.bench.store.Latencies;
import io.gatehouse.client.ServedRun;
import io.gatehouse.client.http.ServerRuns;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.verify.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/**
 * Lets {@value #HOSTILE} clients that want to stop a server at one, with statements and with models and quizzes for runs,
 * beside {@value #ORDINARY} that ask ordinary questions and ordinary runs. For the first and the last eighth of the time
 * the ordinary ones are alone: with a small file and a server that has just started, and with a large file. What clients
 * do is random, and the same for the same seed.
 */
public final class HostileBench {
    static final int HOSTILE = 8;
    static final int ORDINARY = 4;

    private static final int QUIET_SHARE = 8;
    /** Most time until the last statements of the hostile clients have ended. */
    private static final Duration SETTLING = Duration.ofSeconds(40);

    private static final int QUESTIONS = 128;
    private static final int LONGEST_PAUSE_MILLIS = 200;
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final String LOG = "server.log";
    private static final String ORDINARY_RUN = "ordinary-";

    private final Path model;
    private final Path quiz;
    private final Duration time;
    private final long seed;

    /**
     * @param model that is well, and {@code quiz} too
     * @param seed of what clients do
     */
    public HostileBench(Path model, Path quiz, Duration time, long seed) {
        this.model = requireNonNull(model, "model is null");
        this.quiz = requireNonNull(quiz, "quiz is null");
        this.time = requireNonNull(time, "time is null");
        this.seed = seed;
    }

    /** Models and quizzes that a server is to be started with. */
    public record Served(Path database, List<Path> models, List<Path> quizzes) {
        public Served {
            models = List.copyOf(models);
            quizzes = List.copyOf(quizzes);
        }
    }

    /**
     * Starts a server and does what is to be done to it.
     *
     * @param memory what the server is to keep to, in bytes
     * @param directory where files are made
     * @param command starts a server with such a file, models and quizzes
     */
    public HostileLoad run(long memory, Path directory, Function<Served, List<String>> command) {
        Path database = directory.resolve("hostile.duckdb");
        HostileDiary diary = new HostileDiary();
        try {
            Store.create(database).close();
            HostileSources sources = HostileSources.write(model, directory);
            Served served = new Served(database, with(model, sources.models()), with(quiz, sources.quizzes()));
            boolean up;
            long peak;
            List<String> overdue;
            try (ServerProcess server = ServerProcess.start(command.apply(served), directory.resolve(LOG))) {
                overdue = let(server, sources, diary);
                up = server.isUp();
                peak = server.peakBytes();
            }
            List<Verification.RunContent> contents = contents(database);
            String hash = contents.isEmpty() ? "" : contents.get(0).hash();
            return new HostileLoad(
                    up,
                    peak,
                    memory,
                    Latencies.of(diary.asked(HostileDiary.Phase.BEFORE)),
                    Latencies.of(diary.asked(HostileDiary.Phase.BESIDE)),
                    Latencies.of(diary.asked(HostileDiary.Phase.AFTER)),
                    Latencies.of(diary.asked(HostileDiary.Phase.BEFORE, HostileDiary.Phase.AFTER)),
                    overdue,
                    diary.answers(),
                    diary.runsBesides(),
                    diary.runs(),
                    hash,
                    contents.stream()
                            .filter(run -> !run.hash().equals(hash))
                            .map(run -> run.name() + " " + run.hash())
                            .toList(),
                    diary.faults().stream().distinct().limit(5).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The bench was interrupted.", e);
        }
    }

    /**
     * When hostile clients are at the server, as {@link System#nanoTime()}.
     *
     * @param end they send nothing more
     * @param over nothing that they have sent runs any more
     */
    private record Attack(long start, long end, long over) {
        boolean isOn(long nanos) {
            return nanos > start && nanos < end;
        }

        HostileDiary.Phase phase(long nanos) {
            if (nanos <= start) {
                return HostileDiary.Phase.BEFORE;
            }
            return nanos < over ? HostileDiary.Phase.BESIDE : HostileDiary.Phase.AFTER;
        }
    }

    /** Returns the statements that outlived their limit. */
    private List<String> let(ServerProcess server, HostileSources sources, HostileDiary diary)
            throws IOException, InterruptedException {
        // Something to ask about, and a server that is warm.
        ran(server, ORDINARY_RUN + 0, diary);
        long start = System.nanoTime();
        long end = start + time.toNanos();
        long quiet = time.toNanos() / QUIET_SHARE;
        Attack attack = new Attack(start + quiet, end - quiet - Math.min(quiet, SETTLING.toNanos()), end - quiet);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < ORDINARY; i++) {
            Random random = new Random(seed + i);
            threads.add(started("ordinary-" + i, () -> ask(server, random, attack, end, diary)));
        }
        Random runs = new Random(seed - 1);
        threads.add(started("runs", () -> runOn(server, sources, runs, attack, end, diary)));
        sleepUntil(attack.start());
        OverdueWatch watch = new OverdueWatch(server.uri(), diary);
        Thread watching = started("overdue", watch);
        for (int i = 0; i < HOSTILE; i++) {
            threads.add(started(
                    "hostile-" + i,
                    new HostileClient(server.uri(), "hostile-" + i, diary, seed + ORDINARY + i, attack.end())));
        }
        // Whatever still waits for an answer then is left: the server is asked to stop.
        long patience = end + GRACE.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (patience - System.nanoTime()) / 1_000_000));
            thread.interrupt();
        }
        watching.interrupt();
        watching.join();
        return watch.overdue();
    }

    private void ask(ServerProcess server, Random random, Attack attack, long end, HostileDiary diary) {
        try {
            while (System.nanoTime() < end && server.isUp()) {
                String sql = BenchStatements.ROLLUPS.get(random.nextInt(BenchStatements.ROLLUPS.size()));
                ObjectNode body = JsonNodeFactory.instance.objectNode().put("sql", sql);
                body.withArray("parameters").add(1);
                long start = System.nanoTime();
                try (SingleRequestConnection request =
                        SingleRequestConnection.post(server.uri(), "v1/query", body.toString())) {
                    int status = request.status();
                    String answer = new String(request.body().readAllBytes(), StandardCharsets.UTF_8);
                    if (status == 200) {
                        diary.asked(attack.phase(start), Duration.ofNanos(System.nanoTime() - start));
                    } else {
                        diary.fault("An ordinary question: %d %s".formatted(status, answer));
                    }
                } catch (IOException e) {
                    diary.fault("An ordinary question: " + e.getMessage());
                }
                Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One run after the other, since a server computes one at a time: every second one is hostile after a while. */
    private void runOn(
            ServerProcess server, HostileSources sources, Random random, Attack attack, long end, HostileDiary diary) {
        try {
            for (int number = 1; System.nanoTime() < end && server.isUp(); number++) {
                if (attack.isOn(System.nanoTime())) {
                    runHostile(server, sources, random, number, diary);
                }
                boolean besides = attack.isOn(System.nanoTime());
                try {
                    ran(server, ORDINARY_RUN + number, diary);
                } catch (GatehouseException e) {
                    diary.fault("An ordinary run: " + e.getMessage());
                }
                if (besides) {
                    diary.ranBesides();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ran(ServerProcess server, String name, HostileDiary diary) throws InterruptedException {
        ServedRun run = follow(server, options(model, quiz, name));
        diary.ran("ordinary " + run.status());
        if (!run.isComplete()) {
            diary.fault("An ordinary run: " + run.failure());
        }
    }

    private static ServedRun follow(ServerProcess server, Map<String, Object> options) throws InterruptedException {
        return new ServerRuns(server.uri(), Optional.empty()).follow(options, LOOK_EVERY, seen -> true);
    }

    /** Either the model or the quiz is hostile, so that each is come to. */
    private void runHostile(ServerProcess server, HostileSources sources, Random random, int number, HostileDiary diary)
            throws InterruptedException {
        boolean ofModel = random.nextBoolean();
        List<Path> all = ofModel ? sources.models() : sources.quizzes();
        Path chosen = all.get(random.nextInt(all.size()));
        Map<String, Object> options =
                new HashMap<>(options(ofModel ? chosen : model, ofModel ? quiz : chosen, "hostile-" + number));
        options.put("chat", ofModel);
        String outcome;
        try {
            ServedRun run = follow(server, options);
            outcome = run.status()
                    + run.failure().map(failure -> " " + failure.code()).orElse("");
        } catch (GatehouseException e) {
            outcome = "refused";
        }
        diary.ran("%s %s".formatted(chosen.getFileName(), outcome));
    }

    private static Map<String, Object> options(Path model, Path quiz, String name) {
        return Map.of(
                "model",
                String.valueOf(model.getFileName()),
                "quiz",
                String.valueOf(quiz.getFileName()),
                "limit",
                QUESTIONS,
                "name",
                name);
    }

    /** Of the ordinary runs that came to their end, the quiet one first. */
    private static List<Verification.RunContent> contents(Path database) throws IOException {
        try (Store store = Store.open(database)) {
            return store.verify().runs().stream()
                    .filter(run -> run.name().startsWith(ORDINARY_RUN) && run.status() == RunStatus.COMPLETE)
                    .toList();
        } catch (GatehouseException e) {
            Path kept = Files.createTempDirectory("gatehouse-unreadable");
            for (Path file : List.of(
                    database, database.resolveSibling(database.getFileName() + ".wal"), database.resolveSibling(LOG))) {
                if (Files.exists(file)) {
                    Files.copy(file, kept.resolve(file.getFileName()));
                }
            }
            throw new GatehouseException(
                    e.code(),
                    "%s The file, its log and that of the server are in %s.".formatted(e.getMessage(), kept),
                    e);
        }
    }

    private static List<Path> with(Path first, List<Path> others) {
        List<Path> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        Thread.sleep(Math.max(0, (nanos - System.nanoTime()) / 1_000_000));
    }

    private static Thread started(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
