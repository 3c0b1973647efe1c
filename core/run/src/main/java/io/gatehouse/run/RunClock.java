package io.gatehouse.run;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.write.ShardQueue;
import io.gatehouse.store.write.WritingProgress;
import java.time.Duration;
import java.util.stream.IntStream;

/** Counts the progress of a run and reports it to the listener, for the computing and the writing thread. */
final class RunClock {
    private final String name;
    private final int questions;
    private long tokens;
    private final int layers;
    private final RunListener listener;
    private final long start = System.nanoTime();
    private int questionsDone;
    private long tokenLayersDone;

    RunClock(RunManifest run, RunListener listener) {
        this.name = run.description().name();
        this.questions = run.questions().size();
        this.tokens = run.tokens()
                + IntStream.range(0, run.shards()).mapToLong(run::mostGenerated).sum();
        this.layers = run.description().layers();
        this.listener = listener;
    }

    /** Counts the tokens that a layer is done with, and ends the run if it was cancelled. */
    synchronized void layerDone(int layerTokens, WritingProgress writing) {
        tokenLayersDone += layerTokens;
        tick(writing);
        if (listener.cancelled()) {
            throw cancelled();
        }
    }

    /** Takes away tokens that are not generated, because texts ended before their greatest length. */
    synchronized void spared(long sparedTokens) {
        tokens -= sparedTokens;
    }

    /** Counts the questions of a commit. */
    synchronized void committed(ShardQueue.Commit commit, WritingProgress writing) {
        questionsDone += commit.questions();
        tick(writing);
    }

    /** Counts questions that were answered earlier; they take no time, so that they do not change the rate. */
    synchronized void skipped(int answered, long answeredTokens) {
        tokens -= answeredTokens;
        questionsDone += answered;
        tick(WritingProgress.NOTHING);
    }

    /** The error of a cancelled run, with the number of answers that are kept, and how to go on. */
    synchronized GatehouseException cancelled() {
        return UnfinishedRun.cancelled(name, questionsDone, questions);
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private void tick(WritingProgress writing) {
        // A text that is computed anew counts twice.
        long done = Math.min(tokenLayersDone / layers, tokens);
        listener.progress(new RunProgress(questionsDone, questions, done, tokens, elapsed(), writing));
    }
}
