package io.gatehouse.bench.store;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.Spread;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the bench found.
 *
 * @param alone activations per second by the clock, from the first shard to the finished run, by round
 * @param activationsPerCpuSecond by the time that all threads of the process spent, in the median of the rounds
 * @param bytesPerActivation size of the closed file, with questions, tokens, answers and rollups
 * @param opened time to open the closed file
 * @param verified time to check all of it and hash its content
 * @param commits time of each transaction, of as many shards as have come to wait
 * @param rowWisePerSecond activations per second by the clock, row by row and without rollups
 * @param besideReaders activations per second by the clock while the readers ask, by round
 * @param queries time of each of the readers' queries, of all rounds
 */
public record StoreBenchResult(
        long activations,
        List<Double> alone,
        double activationsPerCpuSecond,
        double bytesPerActivation,
        Duration opened,
        Duration verified,
        Latencies commits,
        double rowWisePerSecond,
        int readers,
        List<Double> besideReaders,
        Latencies queries) {
    public StoreBenchResult {
        alone = List.copyOf(alone);
        besideReaders = List.copyOf(besideReaders);
        requireNonNull(opened, "opened is null");
        requireNonNull(verified, "verified is null");
        requireNonNull(commits, "commits is null");
        requireNonNull(queries, "queries is null");
    }

    /** In the median of the rounds. */
    public double activationsPerSecond() {
        return Spread.of(alone).median();
    }

    /** In the median of the rounds. */
    public double besideReadersPerSecond() {
        return Spread.of(besideReaders).median();
    }

    /** What readers take from the speed of writing, as a share of it: in the median of the rounds, each by itself. */
    public double lostToReaders() {
        return 1
                - Spread.of(IntStream.range(0, alone.size())
                                .mapToObj(round -> besideReaders.get(round) / alone.get(round))
                                .toList())
                        .median();
    }
}
