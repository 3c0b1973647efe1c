package io.gatehouse.client;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a run of a server stands.
 *
 * @param runId number of the run in its file; 0 before it has one
 * @param status such as {@code running} or {@code complete}
 * @param answered questions that have an answer
 * @param meanAccuracyOfSubjects 0 before the run is complete
 * @param failure why it failed
 */
public record ServedRun(
        int runId,
        String name,
        String status,
        int questions,
        int answered,
        int correct,
        double meanAccuracyOfSubjects,
        Optional<Progress> progress,
        Optional<GatehouseException> failure) {
    /**
     * How far it is, while it runs and as long as the server remembers it.
     *
     * @param questionsDone questions whose answers are in the file
     * @param tokensDone prompt tokens computed so far
     * @param shardsWaiting shards that wait to be written
     * @param activations written so far
     */
    public record Progress(
            int questionsDone,
            int questions,
            long tokensDone,
            long tokens,
            Duration elapsed,
            int shardsWaiting,
            long bytesWaiting,
            long activations,
            Duration writing) {
        public Progress {
            requireNonNull(elapsed, "elapsed is null");
            requireNonNull(writing, "writing is null");
        }
    }

    public ServedRun {
        requireNonNull(name, "name is null");
        requireNonNull(status, "status is null");
        requireNonNull(progress, "progress is null");
        requireNonNull(failure, "failure is null");
    }

    /** Whether all questions are answered. */
    public boolean isComplete() {
        return status.equals("complete");
    }

    public boolean isCancelled() {
        return status.equals("cancelled");
    }

    /** Whether the run has ended. */
    public boolean hasEnded() {
        return Set.of("complete", "cancelled", "failed", "interrupted").contains(status);
    }
}
