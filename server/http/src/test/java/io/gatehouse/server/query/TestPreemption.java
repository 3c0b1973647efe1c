package io.gatehouse.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.query.admission.Admission;
import io.gatehouse.server.query.admission.ComputeSlot;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class TestPreemption {
    private static final Duration LONGER_THAN_ANY_SHORT_QUERY = Duration.ofMillis(1_100);

    private final Admission admission = new Admission(2, 1, 3, Duration.ofSeconds(10));
    private final AtomicBoolean interrupted = new AtomicBoolean();

    @Test
    void queryIsInterruptedThatRunsForLongWhileAnotherComputes() throws InterruptedException {
        try (ComputeSlot other = enter();
                ComputeSlot slot = enter()) {
            other.becomeLong();
            Preemption preemption = new Preemption(slot, true);
            preemption.startAttempt();
            preemption.startRun();
            Thread.sleep(LONGER_THAN_ANY_SHORT_QUERY.toMillis());
            assertThat(preemption.look(() -> interrupted.set(true))).isTrue();
            assertThat(preemption.isLong()).isTrue();
            assertThat(interrupted).isTrue();
        }
    }

    @Test
    void timeToPlanDoesNotMakeAQueryLong() throws InterruptedException {
        try (ComputeSlot other = enter();
                ComputeSlot slot = enter()) {
            other.becomeLong();
            Preemption preemption = new Preemption(slot, true);
            preemption.startAttempt();
            Thread.sleep(LONGER_THAN_ANY_SHORT_QUERY.toMillis());
            preemption.startRun();
            assertThat(preemption.look(() -> interrupted.set(true))).isTrue();
            assertThat(preemption.isLong()).isFalse();
            assertThat(interrupted).isFalse();
        }
    }

    /** A query that has just become long waits for it, and would wait for minutes. */
    @Test
    void queryWithoutRowsIsInterruptedAtTheEndOfItsTurn() throws Exception {
        try (ComputeSlot slot = enter();
                ComputeSlot other = enter()) {
            slot.becomeLong();
            Preemption preemption = new Preemption(slot, true);
            preemption.startAttempt();
            preemption.startRun();
            other.becomeLong();
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> other.await(() -> {}));
            assertThat(preemption.look(() -> interrupted.set(true))).isTrue();
            assertThat(interrupted).isFalse();
            Thread.sleep(300);
            assertThat(preemption.look(() -> interrupted.set(true))).isTrue();
            assertThat(interrupted).isTrue();
            waiting.get(10, TimeUnit.SECONDS);
            assertThat(preemption.mustRestart(
                            new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was interrupted.")))
                    .isTrue();
        }
    }

    private ComputeSlot enter() {
        return admission.enter("SELECT 1", () -> {}, () -> {});
    }
}
