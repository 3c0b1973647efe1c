package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * One run as a listing shows it.
 *
 * @param questions questions the run is to answer
 * @param answered questions whose shard is committed
 * @param correct those answered correctly
 * @param finishedAt empty while the run is unfinished
 * @param computeSeconds time of computing without pauses; empty while the run is unfinished and where nobody measured it
 */
public record RunSummary(
        int runId,
        String name,
        String model,
        String quiz,
        Scope scope,
        RunStatus status,
        int questions,
        int answered,
        int correct,
        Instant startedAt,
        Optional<Instant> finishedAt,
        Optional<Double> computeSeconds) {
    public RunSummary {
        requireNonNull(name, "name is null");
        requireNonNull(model, "model is null");
        requireNonNull(quiz, "quiz is null");
        requireNonNull(scope, "scope is null");
        requireNonNull(status, "status is null");
        requireNonNull(startedAt, "startedAt is null");
        requireNonNull(finishedAt, "finishedAt is null");
        requireNonNull(computeSeconds, "computeSeconds is null");
    }
}
