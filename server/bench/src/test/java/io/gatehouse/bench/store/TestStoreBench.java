package io.gatehouse.bench.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestStoreBench {
    @TempDir
    private Path directory;

    @Test
    void writesWhatItSaysItWrote() throws Exception {
        Path file = directory.resolve("bench.duckdb");
        StoreBenchResult result = new StoreBench(file, 200_000, 8).run(2);
        assertThat(directory.toFile().list()).containsExactly("bench.duckdb");
        assertThat(result.commits().count()).isBetween(2, 4);
        assertThat(result.commits().p50())
                .isPositive()
                .isLessThanOrEqualTo(result.commits().p99());
        assertThat(result.queries().count()).isPositive();
        assertThat(result.activationsPerSecond()).isPositive();
        assertThat(result.rowWisePerSecond()).isPositive();
        assertThat(result.opened()).isPositive();
        assertThat(result.verified()).isPositive();
        assertThat(result.bytesPerActivation() * (double) result.activations())
                .isEqualTo((double) Files.size(file), within(1.0));
        try (Store store = Store.open(file);
                Connection reader = store.reader();
                Statement statement = reader.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM activations")) {
            rows.next();
            assertThat(rows.getLong(1)).isEqualTo(result.activations());
            assertThat(store.runs()).singleElement().satisfies(run -> {
                assertThat(run.status()).isEqualTo(RunStatus.COMPLETE);
                assertThat(run.answered()).isEqualTo(16);
            });
        }
    }

    @Test
    void countsTheMedianOfTheRounds() {
        StoreBenchResult two = result(List.of(10.0, 30.0), List.of(10.0, 15.0));
        assertThat(two.activationsPerSecond()).isEqualTo(20);
        assertThat(two.besideReadersPerSecond()).isEqualTo(12.5);
        assertThat(two.lostToReaders()).isEqualTo(0.25);
        assertThat(result(List.of(10.0, 20.0, 40.0), List.of(9.0, 16.0, 40.0)).lostToReaders())
                .isCloseTo(0.1, within(1e-12));
    }

    private static StoreBenchResult result(List<Double> alone, List<Double> besideReaders) {
        Latencies none = Latencies.of(List.of());
        return new StoreBenchResult(1, alone, 1, 1, Duration.ZERO, Duration.ZERO, none, 1, 8, besideReaders, none);
    }

    @Test
    void touchesNoFileThatIsThere() throws Exception {
        Path file = Files.writeString(directory.resolve("mine.duckdb"), "mine");
        assertThatThrownBy(() -> new StoreBench(file, 1, 8)).isInstanceOf(GatehouseException.class);
        assertThat(file).hasContent("mine");
    }
}
