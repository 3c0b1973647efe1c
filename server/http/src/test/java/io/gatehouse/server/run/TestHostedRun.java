package io.gatehouse.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunProgress;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.WritingProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class TestHostedRun {
    private static final int QUESTIONS = 128;
    private static final Instant BEGUN = Instant.parse("2026-11-26T00:00:00Z");

    private final HostedRun run = new HostedRun("study", new HostedRun.Listener() {
        @Override
        public void moved(HostedRun moved, HostedRun.State next) {}

        @Override
        public void progressed(HostedRun moved) {}
    });

    private RunSummary recorded = summary(RunStatus.FAILED, 0, Optional.of(BEGUN));
    private int reads;

    @Test
    void asksTheFileOncePerCommit() {
        run.execute(plan(listener -> {
            listener.progress(done(0));
            listener.progress(done(64));
            commit(RunStatus.RUNNING, 64);
            assertThat(answered()).isEqualTo(64);
            listener.progress(done(64));
            assertThat(answered()).isEqualTo(64);
            assertThat(reads).isOne();
            commit(RunStatus.RUNNING, 128);
            listener.progress(done(128));
            assertThat(answered()).isEqualTo(128);
            assertThat(reads).isEqualTo(2);
            commit(RunStatus.COMPLETE, 128);
        }));
        assertThat(run.failure()).isEmpty();
        assertThat(run.summary(name -> read())).map(RunSummary::status).hasValue(RunStatus.COMPLETE);
    }

    /** Of an earlier try that ended before it committed anything. */
    @Test
    void forgetsHowAnEarlierTryEnded() {
        run.execute(plan(listener -> {
            assertThat(run.state()).isEqualTo(HostedRun.State.LOADING);
            assertThat(run.summary(name -> read()).flatMap(RunSummary::finishedAt))
                    .hasValue(BEGUN);
            commit(RunStatus.RUNNING, 0);
            listener.progress(done(0));
            assertThat(run.summary(name -> read()).flatMap(RunSummary::finishedAt))
                    .isEmpty();
        }));
        assertThat(run.failure()).isEmpty();
    }

    private int answered() {
        return run.summary(name -> read()).orElseThrow().answered();
    }

    private Optional<RunSummary> read() {
        reads++;
        return Optional.of(recorded);
    }

    private void commit(RunStatus status, int answered) {
        recorded = summary(status, answered, Optional.empty());
    }

    private static RunSummary summary(RunStatus status, int answered, Optional<Instant> finished) {
        return new RunSummary(
                1, "study", "m", "t", Scope.PROMPT, status, QUESTIONS, answered, 0, BEGUN, finished, Optional.empty());
    }

    private static RunProgress done(int questions) {
        return new RunProgress(questions, QUESTIONS, questions, QUESTIONS, Duration.ZERO, WritingProgress.NOTHING);
    }

    private RunPlan plan(Consumer<RunListener> execution) {
        return new RunPlan() {
            @Override
            public String name() {
                return "study";
            }

            @Override
            public RunOutcome execute(RunListener listener) {
                execution.accept(listener);
                return new RunOutcome(1, name(), QUESTIONS, 0, QUESTIONS, Duration.ZERO);
            }

            @Override
            public void close() {}
        };
    }
}
