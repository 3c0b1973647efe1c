package io.gatehouse.server.model;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.worker.ModelWorker;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How models answer requests.
 *
 * @param starter starts their processes
 * @param queued requests to one model that wait for their turn; more are rejected
 * @param timeout time of one request, from its turn
 */
public record ModelSettings(Starter starter, int queued, Duration timeout) {
    public ModelSettings {
        requireNonNull(starter, "starter is null");
        requireNonNull(timeout, "timeout is null");
        if (queued < 1 || timeout.toSeconds() < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Every limit of a model must be positive: %d requests waiting, %d s for each."
                            .formatted(queued, timeout.toSeconds()));
        }
    }

    /** Starts the process of a model. */
    public interface Starter {
        ModelWorker start(Path model);
    }
}
