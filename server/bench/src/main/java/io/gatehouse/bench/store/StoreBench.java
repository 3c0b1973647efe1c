package io.gatehouse.bench.store;

import static io.gatehouse.sample.routing.SyntheticRun.SEED;
import static io.gatehouse.sample.routing.SyntheticRun.SHARD_QUESTIONS;
import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import io.gatehouse.bench.Spread;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.routing.SyntheticShards;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.ShardQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Writes a run of made-up routing alone and beside readers, in turns, and row by row through DuckDB's appender for
 * comparison. The first file is then opened and verified. What is measured is what a long run gets: a whole run is
 * written and deleted first, until Java has compiled the code and no memory is touched for the first time.
 */
public final class StoreBench {
    /** About 150 million activations of shards of this size. */
    private static final int WARM_UP_SHARDS = 160;

    private static final int ROW_WISE_SHARDS = 8;
    private static final int READERS = 8;

    private final Path database;
    private final int shards;
    private final int shardQuestions;
    private final SyntheticShards source;

    /**
     * Writes about so many activations, rounded up to whole shards.
     *
     * @param database file to make and leave; another one beside it is made and deleted again
     */
    public StoreBench(Path database, long activations) {
        this(database, activations, SHARD_QUESTIONS);
    }

    StoreBench(Path database, long activations, int shardQuestions) {
        this.database = requireNonNull(database, "database is null");
        if (activations < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "The number of activations must be positive: " + activations);
        }
        if (Files.exists(database)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s exists: the bench writes a new file".formatted(database));
        }
        this.shards = SyntheticShards.count(activations, shardQuestions);
        this.shardQuestions = shardQuestions;
        this.source = new SyntheticShards(shardQuestions, SEED);
    }

    /**
     * Measures writing.
     *
     * @param rounds how often the run is written alone and beside readers
     */
    public StoreBenchResult run(int rounds) {
        if (rounds < 1) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "--rounds must be at least 1, not " + rounds);
        }
        Path other = database.resolveSibling(database.getFileName() + ".other");
        try {
            writeInPassing(other, WARM_UP_SHARDS, 0);
            List<Ingest> alone = new ArrayList<>();
            List<Ingest> beside = new ArrayList<>();
            alone.add(write(database, shards, 0));
            // Before the disk is busy with the files that come and go.
            Reading reading = read(database);
            beside.add(writeInPassing(other, shards, READERS));
            for (int round = 1; round < rounds; round++) {
                alone.add(writeInPassing(other, shards, 0));
                beside.add(writeInPassing(other, shards, READERS));
            }
            double rowWise =
                    new AppenderBaseline(source, shardQuestions).activationsPerSecond(other, ROW_WISE_SHARDS, SEED);
            return result(alone, beside, reading, rowWise);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(other);
        }
    }

    private StoreBenchResult result(List<Ingest> alone, List<Ingest> beside, Reading reading, double rowWise)
            throws IOException {
        long activations = alone.get(0).activations;
        return new StoreBenchResult(
                activations,
                alone.stream().map(Ingest::perSecond).toList(),
                Spread.of(alone.stream().map(Ingest::perCpuSecond).toList()).median(),
                (double) Files.size(database) / activations,
                reading.opened,
                reading.verified,
                Latencies.of(alone.stream()
                        .flatMap(ingest -> ingest.commits.stream())
                        .toList()),
                rowWise,
                READERS,
                beside.stream().map(Ingest::perSecond).toList(),
                Latencies.of(beside.stream()
                        .flatMap(ingest -> ingest.queries.stream())
                        .toList()));
    }

    /** What it takes to open the closed file again, and to verify it. */
    private record Reading(Duration opened, Duration verified) {}

    private static Reading read(Path file) {
        long start = System.nanoTime();
        try (Store store = Store.open(file)) {
            long open = System.nanoTime();
            List<String> problems = store.verify().problems();
            if (!problems.isEmpty()) {
                throw new GatehouseException(
                        ErrorCode.INTERNAL_ERROR, "The run is not sound: %s".formatted(problems.get(0)));
            }
            return new Reading(Duration.ofNanos(open - start), Duration.ofNanos(System.nanoTime() - open));
        }
    }

    /** What writing a run took; queries are those of readers beside it. */
    private record Ingest(
            long activations, Duration wall, Duration cpu, List<Duration> commits, List<Duration> queries) {
        double perSecond() {
            return activations / seconds(wall);
        }

        double perCpuSecond() {
            return activations / seconds(cpu);
        }
    }

    private Ingest writeInPassing(Path file, int count, int readers) {
        Ingest ingest = write(file, count, readers);
        delete(file);
        return ingest;
    }

    private Ingest write(Path file, int count, int readers) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<Duration> commits = Collections.synchronizedList(new ArrayList<>());
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(
                        SyntheticShards.description("bench"), SyntheticShards.questions(count * shardQuestions, SEED));
                ReaderCrowd crowd = new ReaderCrowd(store, readers)) {
            long cpu = system.getProcessCpuTime();
            long start = System.nanoTime();
            long activations = writeShards(writer, count, commits);
            Duration wall = Duration.ofNanos(System.nanoTime() - start);
            return new Ingest(
                    activations, wall, Duration.ofNanos(system.getProcessCpuTime() - cpu), commits, crowd.latencies());
        }
    }

    private long writeShards(RunWriter writer, int count, List<Duration> commits) {
        try (ShardQueue queue =
                new ShardQueue(writer, ShardQueue.DEFAULT_BYTES, (commit, waiting) -> commits.add(commit.took()))) {
            for (int number = 0; number < count; number++) {
                queue.put(source.shard(writer, number));
            }
            queue.drain();
            writer.finish(RunStatus.COMPLETE);
            return queue.progress().activations();
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".wal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
