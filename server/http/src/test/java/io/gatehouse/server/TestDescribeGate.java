package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.server.query.admission.DescribeGate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Requests that only describe statements are limited, too. */
final class TestDescribeGate {
    @Test
    void takesSoManyAtATime() throws Exception {
        DescribeGate gate = new DescribeGate(1, 0);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> gate.run(() -> {
            inside.countDown();
            await(go);
            return "first";
        }));
        inside.await();
        assertRefused(() -> gate.run(() -> "second"), ErrorCode.QUERY_BUSY, "Try again in a moment");
        go.countDown();
        assertThat(first.get()).isEqualTo("first");
        assertThatThrownBy(() -> gate.run(() -> {
                    throw new IllegalStateException("third");
                }))
                .hasMessage("third");
        assertThat(gate.run(() -> "fourth")).isEqualTo("fourth");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
