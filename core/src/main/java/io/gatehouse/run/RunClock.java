package io.gatehouse.run;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;
import java.util.List;

/** Counts what is done, tells the listener, and ends the run when the listener asks for it. */
final class RunClock {
    private final int questions;
    private final long tokensOfAll;
    private long tokens;
    private final int layers;
    private final RunListener listener;
    private final long start = System.nanoTime();
    private int questionsDone;
    private long tokenLayersDone;

    RunClock(List<Asked> prompts, int layers, RunListener listener) {
        this.questions = prompts.size();
        this.tokensOfAll = prompts.stream().mapToLong(Asked::tokens).sum();
        this.tokens = tokensOfAll;
        this.layers = layers;
        this.listener = listener;
    }

    void layerDone(int layerTokens) {
        tokenLayersDone += layerTokens;
        tick();
    }

    void committed(int questionsMore) {
        questionsDone += questionsMore;
        tick();
    }

    /** Counts questions that an earlier try has answered; they take no time, and so say nothing about the rate. */
    void skipped(List<Asked> answered) {
        tokens -= answered.stream().mapToLong(Asked::tokens).sum();
        committed(answered.size());
    }

    long tokens() {
        return tokensOfAll;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private void tick() {
        listener.progress(new RunProgress(questionsDone, questions, tokenLayersDone / layers, tokens, elapsed()));
        if (questionsDone < questions && listener.cancelled()) {
            throw new GatehouseException(
                    ErrorCode.CANCELLED_BY_USER,
                    "The run was cancelled; the answers to %d of %d questions are kept"
                            .formatted(questionsDone, questions));
        }
    }
}
