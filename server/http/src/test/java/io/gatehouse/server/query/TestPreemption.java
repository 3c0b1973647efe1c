package io.gatehouse.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.server.query.admission.Admission;
import io.gatehouse.server.query.admission.ComputeSlot;
import java.time.Duration;
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

    private ComputeSlot enter() {
        return admission.enter(() -> {}, () -> {});
    }
}
