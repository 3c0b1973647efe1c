package io.gatehouse.run;

import java.time.Duration;

/**
 * The result of a run.
 *
 * @param tokens of the prompts
 * @param skipped questions that were left out because their prompts are longer than the model takes
 * @param shortened prompts with fewer solved examples than asked for, for the same reason
 * @param generated tokens that were generated after the prompts
 */
public record RunOutcome(
        int runId,
        String name,
        int questions,
        int correct,
        long tokens,
        Duration elapsed,
        int skipped,
        int shortened,
        long generated) {
    /** The result of a run whose prompts all fit, and which generates no text. */
    public RunOutcome(int runId, String name, int questions, int correct, long tokens, Duration elapsed) {
        this(runId, name, questions, correct, tokens, elapsed, 0, 0, 0);
    }

    /** Share of questions answered correctly, 0 to 1. */
    public double accuracy() {
        return (double) correct / questions;
    }
}
