package io.gatehouse.server.model;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.worker.ModelProcess;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How models answer requests.
 *
 * @param starter starts their processes
 * @param processes most processes at a time
 * @param queued requests to one model that wait for their turn; more are rejected
 * @param timeout time of one request, from its turn
 */
public record ModelSettings(Starter starter, int processes, int queued, Duration timeout) {
    public ModelSettings {
        requireNonNull(starter, "starter is null");
        requireNonNull(timeout, "timeout is null");
        if (processes < 1 || queued < 1 || timeout.toSeconds() < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Every limit of models must be positive: %d processes, %d requests waiting, %d s for each."
                            .formatted(processes, queued, timeout.toSeconds()));
        }
    }

    /** Starts the process of a model. */
    public interface Starter {
        ModelProcess start(Path model);
    }
}
