package io.gatehouse.worker;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * How workers are started, and what they may take.
 *
 * @param program main class and arguments that make this program a worker
 * @param memory bytes that a worker may take
 * @param patience time in which a worker that reads must get on
 */
public record WorkerSettings(List<String> program, long memory, Duration patience) {
    public WorkerSettings {
        program = List.copyOf(program);
        requireNonNull(patience, "patience is null");
    }
}
