package io.gatehouse.store.database;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class TestMemoryRetry {
    private final AtomicInteger tries = new AtomicInteger();

    @Test
    void repeatsUntilThereIsMemory() {
        assertThat(MemoryRetry.get(() -> failing(3, ErrorCode.OUT_OF_MEMORY))).isEqualTo(3);
    }

    @Test
    void repeatsNothingElse() {
        assertRefused(
                () -> MemoryRetry.get(() -> failing(3, ErrorCode.INSUFFICIENT_DISK)), ErrorCode.INSUFFICIENT_DISK);
        assertThat(tries).hasValue(1);
    }

    @Test
    void endsWhenItsThreadIsInterrupted() {
        Thread.currentThread().interrupt();
        assertRefused(() -> MemoryRetry.get(() -> failing(3, ErrorCode.OUT_OF_MEMORY)), ErrorCode.OUT_OF_MEMORY);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(tries).hasValue(1);
    }

    /** Succeeds at that try. */
    private int failing(int success, ErrorCode code) {
        if (tries.incrementAndGet() < success) {
            throw new GatehouseException(code, "Try %d fails.".formatted(tries.get()));
        }
        return tries.get();
    }
}
