package io.gatehouse.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.server.bench.ServerBench.Transfer;
import io.gatehouse.store.Store;
import io.gatehouse.store.bench.StoreBench;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestServerBench {
    private static final int ROWS = 100_000;

    @TempDir
    private Path directory;

    @Test
    void readsTheSameRowsInEveryWay() {
        Path file = directory.resolve("bench.duckdb");
        new StoreBench(file, ROWS).writeRun();
        try (Store store = Store.open(file)) {
            List<Transfer> transfers = new ServerBench(store, 1, ROWS).run();
            assertThat(transfers)
                    .extracting(Transfer::way)
                    .containsExactly(
                            "Arrow of DuckDB, in process",
                            "Arrow",
                            "CSV",
                            "Lines of JSON",
                            "Parquet",
                            ServerBench.JDBC,
                            ServerBench.AVATICA,
                            "JDBC of Avatica, 10,000 rows a frame");
            assertThat(transfers).extracting(Transfer::rows).containsOnly((long) ROWS);
            assertThat(transfers).extracting(Transfer::seconds).allMatch(seconds -> seconds > 0);
            // Seven numbers, six commas and the end of a line take more than seven bytes; Arrow has 24 bytes of values.
            assertThat(bytes(transfers, "CSV")).isGreaterThan(14L * ROWS);
            assertThat(bytes(transfers, "Arrow")).isGreaterThan(20L * ROWS);
            assertThat(bytes(transfers, "Parquet")).isPositive();
        }
    }

    private static long bytes(List<Transfer> transfers, String way) {
        return transfers.stream()
                .filter(transfer -> transfer.way().equals(way))
                .mapToLong(Transfer::bytes)
                .sum();
    }
}
