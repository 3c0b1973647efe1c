package io.gatehouse.sample.training;

import java.time.Duration;
import java.util.OptionalDouble;

/** Receives the progress of training, on the thread that trains. */
public interface TrainingListener {
    void progress(Progress progress);

    /**
     * Where training is.
     *
     * @param loss mean cross-entropy of the answers since the last report, in nats; guessing is ln 4 = 1.386
     * @param validation share of validation questions answered correctly, where it was measured
     */
    public record Progress(
            int step,
            int steps,
            double loss,
            OptionalDouble validation,
            double promptsPerSecond,
            Duration elapsed,
            Duration timeLeft) {}
}
