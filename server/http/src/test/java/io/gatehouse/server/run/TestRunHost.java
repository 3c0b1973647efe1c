package io.gatehouse.server.run;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.event.Events;
import io.gatehouse.store.Store;
import io.gatehouse.testing.store.SeededFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that end as they should not. */
@Timeout(60)
final class TestRunHost {
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch release = new CountDownLatch(1);

    private Store store;
    private RunHost host;

    @BeforeEach
    void open(@TempDir Path folder) {
        Path file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
        store = Store.open(file);
        host = new RunHost(store, new StrangeRuns(), new Events(data -> {}));
    }

    @AfterEach
    void close() {
        release.countDown();
        host.stop(Duration.ofSeconds(1));
        store.close();
    }

    @Test
    void anErrorIsTold() throws Exception {
        end("broken", "link");
        assertThat(host.show("broken").status()).isEqualTo("failed");
        assertThat(host.show("broken").error().orElseThrow().code()).isEqualTo("INTERNAL_ERROR");
        assertThat(host.show("broken").error().orElseThrow().detail()).contains("no engine here");
        assertThat(open).hasValue(0);
    }

    @Test
    void theNextRunGoesOnBehindAnError() throws Exception {
        end("broken", "link");
        end("refused", "refuse");
        assertThat(host.show("refused").error().orElseThrow().detail()).isEqualTo("Not today.");
    }

    @Test
    void oldOnesAreForgotten() throws Exception {
        for (int i = 0; i < 110; i++) {
            end("run-" + i, "refuse");
        }
        assertThat(host.find("run-0")).isEmpty();
        assertThat(host.find("run-109")).isPresent();
        assertThat(host.list()).hasSizeLessThanOrEqualTo(102);
    }

    @Test
    void nothingIsStartedWhileItStops() {
        host.stop(Duration.ZERO);
        assertRefused(
                () -> host.start(RunRequest.of(Map.of("name", "late", "model", "refuse"))),
                ErrorCode.QUERY_BUSY,
                "The server is stopping");
        assertThat(open).as("plans left open").hasValue(0);
    }

    @Test
    void aRunThatDoesNotEndHoldsNobodyUp() throws Exception {
        HostedRun run = host.start(RunRequest.of(Map.of("name", "stuck", "model", "stick")));
        while (run.state() == HostedRun.State.WAITING) {
            Thread.sleep(10);
        }
        long start = System.nanoTime();
        host.stop(Duration.ofMillis(10));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(host.active()).isEqualTo(1);
    }

    private void end(String name, String how) throws InterruptedException {
        HostedRun run = host.start(RunRequest.of(Map.of("name", name, "model", how)));
        assertThat(run.await(Duration.ofSeconds(20))).isTrue();
    }

    /** Runs that end in the way that is given as their model. */
    private final class StrangeRuns implements RunPlanner {
        @Override
        public RunPlan plan(RunRequest request) {
            open.incrementAndGet();
            return new StrangeRun(request.name().orElseThrow(), request.model());
        }
    }

    private final class StrangeRun implements RunPlan {
        private final String name;
        private final String end;

        StrangeRun(String name, String end) {
            this.name = name;
            this.end = end;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public RunOutcome execute(RunListener listener) {
            switch (end) {
                case "link" -> throw new UnsatisfiedLinkError("no engine here");
                case "stick" -> waitForRelease();
                default -> {}
            }
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "Not today.");
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    private void waitForRelease() {
        boolean interrupted = false;
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
