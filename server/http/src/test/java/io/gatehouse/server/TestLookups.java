package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.server.query.Lookups;
import io.gatehouse.server.query.QueryAllowance;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What only looks at statements is bounded too. */
final class TestLookups {
    @Test
    void takesSoManyAtATime() throws Exception {
        Lookups lookups =
                new Lookups(QueryAllowance.standard().withConcurrent(1).withQueued(0));
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> lookups.look(() -> {
            inside.countDown();
            await(go);
            return "first";
        }));
        inside.await();
        assertRefused(() -> lookups.look(() -> "second"), ErrorCode.QUERY_BUSY, "Try again in a moment");
        go.countDown();
        assertThat(first.get()).isEqualTo("first");
        assertThatThrownBy(() -> lookups.look(() -> {
                    throw new IllegalStateException("third");
                }))
                .hasMessage("third");
        assertThat(lookups.look(() -> "fourth")).isEqualTo("fourth");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
