package io.gatehouse.run;

import java.time.Duration;

/** The result of a run. */
public record RunOutcome(int runId, String name, int questions, int correct, long tokens, Duration elapsed) {
    /** Share of questions answered correctly, 0 to 1. */
    public double accuracy() {
        return (double) correct / questions;
    }
}
