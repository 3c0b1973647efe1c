package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.run.SampleRuns.Watcher;
import io.gatehouse.store.Store;
import io.gatehouse.store.verify.Verification;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose weights are read for every pass takes several shards through a layer together. */
final class TestStreamedRun {
    /** Three shards. */
    private static final int QUESTIONS = 130;

    @TempDir
    private Path directory;

    @Test
    void shardsThatAreComputedTogetherHoldWhatEachHoldsAlone() {
        try (SampleRuns sample = new SampleRuns();
                Engine streamed = streamed(sample)) {
            Quiz some = sample.quiz().limit(QUESTIONS);
            Watcher alone = new Watcher(Integer.MAX_VALUE);
            Watcher together = new Watcher(Integer.MAX_VALUE);
            Verification resident = run(sample, sample.engine(), "resident", some, alone);

            assertThat(run(sample, streamed, "streamed", some, together)).isEqualTo(resident);
            assertThat(resident.problems()).isEmpty();
            assertThat(together.seen)
                    .as("nothing is committed before all three shards are computed")
                    .filteredOn(progress -> progress.questionsDone() > 0)
                    .isNotEmpty()
                    .allMatch(progress -> progress.tokensDone() == progress.tokens());
            assertThat(alone.seen)
                    .as("where the weights stay, a shard is on its way when it is computed")
                    .anyMatch(progress -> progress.tokensDone() < progress.tokens()
                            && progress.writing().shardsWaiting() + progress.questionsDone() > 0);
        }
    }

    private Verification run(SampleRuns sample, Engine engine, String file, Quiz quiz, Watcher watcher) {
        try (Store store = Store.create(directory.resolve(file + ".duckdb"))) {
            new QuizRun(sample.checkpoint(), engine, store, "test")
                    .execute(SampleRuns.request("same", quiz, 0), watcher);
            return store.verify();
        }
    }

    private static Engine streamed(SampleRuns sample) {
        Engine engine = Engine.load(
                sample.checkpoint(),
                EngineOptions.EXACT.in(sample.engine().memory().totalBytes() - 1));
        assertThat(engine.memory().streamed()).isTrue();
        return engine;
    }
}
