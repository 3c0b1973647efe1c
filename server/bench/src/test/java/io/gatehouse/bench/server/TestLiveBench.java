package io.gatehouse.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
final class TestLiveBench {
    @TempDir
    private Path directory;

    private final LiveBench bench =
            new LiveBench(SampleServer.MODEL, SampleServer.QUIZ, Optional.of(256), InProcessRuns::new);

    /** What a commit changed is found within a second by whoever listens, and by SQL. */
    @Test
    void newsOfACommitComesWithinASecond() {
        LiveBench.Watched watched = bench.watch(directory, 1);
        assertThat(watched.aloneSeconds()).isPositive();
        assertThat(watched.watchedSeconds()).isPositive();
        assertThat(watched.news().count()).as("commits that were heard of").isPositive();
        assertThat(watched.news().p99()).isLessThan(Duration.ofSeconds(1));
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void seesNoFaults() {
        Load load = bench.load(directory, 4, Duration.ofSeconds(2), 1);
        assertThat(load.faults()).isEmpty();
        assertThat(load.runs()).isPositive();
        assertThat(load.small().count()).isPositive();
        assertThat(directory).isEmptyDirectory();
    }
}
