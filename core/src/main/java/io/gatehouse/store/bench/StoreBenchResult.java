package io.gatehouse.store.bench;

import java.time.Duration;

/**
 * What the bench found.
 *
 * @param activationsPerSecond by the clock, from the first shard to the finished run
 * @param activationsPerCpuSecond by the time that all threads of the process spent
 * @param bytesPerActivation size of the closed file, with questions, tokens, answers and rollups
 * @param opened time to open the closed file
 * @param verified time to check all of it and hash its content
 * @param commits time of each transaction, of as many shards as have come to wait
 * @param rowWisePerSecond activations per second by the clock, row by row and without rollups
 * @param besideReadersPerSecond activations per second by the clock while the readers ask
 * @param queries time of each of the readers' queries
 */
public record StoreBenchResult(
        long activations,
        double activationsPerSecond,
        double activationsPerCpuSecond,
        double bytesPerActivation,
        Duration opened,
        Duration verified,
        Latencies commits,
        double rowWisePerSecond,
        double besideReadersPerSecond,
        int readers,
        Latencies queries) {}
