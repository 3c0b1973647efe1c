package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.store.Latencies;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * What a server did while hostile clients were at it.
 *
 * @param up whether it lived to the end
 * @param peakBytes the most that its processes had of the memory at a time
 * @param memory what it was to keep to, in bytes
 * @param before time of ordinary questions before the hostile clients
 * @param besides time of ordinary questions beside them
 * @param after time of ordinary questions after them
 * @param quiet time of those before and after
 * @param overdue statements that it had not ended a second after their limit
 * @param answers answers to hostile statements by status
 * @param runsBesides ordinary runs that ended beside the hostile clients
 * @param runs ends of ordinary and hostile runs, and how often each came
 * @param hash of the content of an ordinary run before
 * @param others hashes of those beside the hostile clients that are not the same
 * @param faults what ordinary clients must not meet with
 */
public record HostileLoad(
        boolean up,
        long peakBytes,
        long memory,
        Latencies before,
        Latencies besides,
        Latencies after,
        Latencies quiet,
        List<String> overdue,
        SortedMap<String, Integer> answers,
        int runsBesides,
        SortedMap<String, Integer> runs,
        String hash,
        List<String> others,
        List<String> faults) {
    /** How much more memory than it is to keep to a server may take for moments. */
    private static final double MEMORY_BOUND = 1.5;
    /** How much longer the slowest ordinary questions may take. */
    private static final double LATENCY_BOUND = 3;

    public HostileLoad {
        requireNonNull(before, "before is null");
        requireNonNull(besides, "besides is null");
        requireNonNull(after, "after is null");
        requireNonNull(quiet, "quiet is null");
        requireNonNull(hash, "hash is null");
        overdue = List.copyOf(overdue);
        others = List.copyOf(others);
        faults = List.copyOf(faults);
    }

    /** Peak memory as a multiple of what the server was to keep to. */
    public double memoryRatio() {
        return (double) peakBytes / memory;
    }

    /** Of the slowest hundredth of ordinary questions, how much longer they took beside the hostile clients. */
    public double latencyRatio() {
        return (double) besides.p99().toNanos() / Math.max(1, quiet.p99().toNanos());
    }

    /** Which bounds are broken; none if all is well. */
    public List<String> broken() {
        List<String> broken = new ArrayList<>();
        require(up, "the server ended", broken);
        require(memoryRatio() <= MEMORY_BOUND, "memory is more than %s times --memory".formatted(MEMORY_BOUND), broken);
        require(besides.count() > 0, "no ordinary question was answered", broken);
        require(
                latencyRatio() <= LATENCY_BOUND,
                "p99 is more than %s times that without hostile clients".formatted(LATENCY_BOUND),
                broken);
        require(overdue.isEmpty(), "%d statements outlived their limit".formatted(overdue.size()), broken);
        require(runsBesides > 0, "no ordinary run ended beside the hostile clients", broken);
        require(!hash.isEmpty() && others.isEmpty(), "runs have other contents than a quiet one", broken);
        require(faults.isEmpty(), "ordinary clients met with faults", broken);
        return broken;
    }

    private static void require(boolean held, String what, List<String> broken) {
        if (!held) {
            broken.add(what);
        }
    }
}
