package io.gatehouse.server.query.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class TestEngineThreads {
    private final AtomicLong clock = new AtomicLong();
    private final List<Integer> numbers = new ArrayList<>();
    private final EngineThreads threads = new EngineThreads(4, 2, numbers::add, clock::get);

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void areFewAsLongAsShortQueriesComeBesideLongOnes() {
        assertThat(threads.areTooMany()).isFalse();
        threads.reduce();
        assertThat(numbers).isEmpty();

        threads.shortEnded();
        assertThat(threads.areTooMany()).isTrue();
        threads.reduce();
        assertThat(threads.areTooMany()).isFalse();
        threads.reduce();
        assertThat(numbers).containsExactly(2);

        pass(Duration.ofSeconds(9));
        threads.restore();
        threads.shortEnded();
        pass(Duration.ofSeconds(9));
        threads.restore();
        assertThat(numbers).containsExactly(2);
        pass(Duration.ofSeconds(2));
        threads.restore();
        threads.restore();
        assertThat(numbers).containsExactly(2, 4);
    }

    @Test
    void stayWhereTheLastShortQueryWasLongAgo() {
        threads.shortEnded();
        pass(Duration.ofSeconds(2));
        assertThat(threads.areTooMany()).isFalse();
        threads.reduce();
        assertThat(numbers).isEmpty();
    }

    @Test
    void neverChangeWhereThereIsOneCore() {
        EngineThreads one = EngineThreads.of(1, 1, numbers::add);
        one.shortEnded();
        one.reduce();
        one.restore();
        assertThat(numbers).isEmpty();
    }
}
