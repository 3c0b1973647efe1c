package io.gatehouse.cluster;

import io.gatehouse.run.DividedRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.ShardTask;
import io.gatehouse.store.write.WritingProgress;
import java.time.Duration;
import java.util.BitSet;

/** Counts what is committed and tells the listener. */
final class ClusterClock {
    private final DividedRun run;
    private final RunListener listener;
    private final long tokens;
    private final long start = System.nanoTime();
    private int questionsDone;
    private long tokensDone;

    /** @param written shards that an earlier try has committed: they take no time, and say nothing about the rate */
    ClusterClock(DividedRun run, BitSet written, RunListener listener) {
        this.run = run;
        this.listener = listener;
        long left = run.tokens();
        for (int shard = written.nextSetBit(0); shard >= 0; shard = written.nextSetBit(shard + 1)) {
            ShardTask task = run.shard(shard);
            left -= task.tokens();
            questionsDone += task.questionIds().length;
        }
        this.tokens = left;
    }

    void committed(ComputedShard shard) {
        questionsDone += shard.questions();
        tokensDone += shard.tokens();
        listener.progress(new RunProgress(
                questionsDone, run.questions(), tokensDone, tokens, elapsed(), WritingProgress.NOTHING));
    }

    RunOutcome outcome(int correct) {
        return new RunOutcome(run.runId(), run.name(), run.questions(), correct, run.tokens(), elapsed());
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
