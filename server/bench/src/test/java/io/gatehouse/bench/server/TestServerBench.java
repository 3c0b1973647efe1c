package io.gatehouse.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.bench.server.ServerBench.OtherDriver;
import io.gatehouse.bench.server.ServerBench.Transfer;
import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bench beside Apache Avatica. {@code -Dgatehouse.test.bench.rows=1000000} makes it measure something; it says what,
 * and holds it to nothing.
 */
final class TestServerBench {
    private static final int ROWS = Integer.getInteger("gatehouse.test.bench.rows", 100_000);
    private static final int ROUNDS = Integer.getInteger("gatehouse.test.bench.rounds", 1);
    private static final String AVATICA = "JDBC of Avatica";

    /** Of Avatica, in place of the 100 that it sends in one answer by default. */
    private static final int LARGE_FRAME = 10_000;

    @TempDir
    private Path directory;

    @Test
    void readsTheSameRowsInEveryWay() throws Exception {
        Path file = directory.resolve("bench.duckdb");
        SyntheticRun.write(file, ROWS);
        try (Store store = Store.open(file);
                AvaticaServer avatica = new AvaticaServer(store)) {
            List<OtherDriver> others = List.of(
                    new OtherDriver(AVATICA, avatica.jdbcUrl(), 0),
                    new OtherDriver(AVATICA + ", large frames", avatica.jdbcUrl(), LARGE_FRAME));
            List<Transfer> transfers = new ServerBench(store, ROUNDS, ROWS, others).run();
            transfers.forEach(transfer -> System.out.printf(
                    "%-32s %.3f s, %.2f times DuckDB%n", transfer.way(), transfer.seconds(), transfer.timesDuckDb()));
            assertThat(transfers)
                    .extracting(Transfer::way)
                    .containsExactly(
                            "Arrow of DuckDB, in process",
                            "Arrow of Gatehouse, in process",
                            "Arrow",
                            "CSV",
                            "Lines of JSON",
                            "Parquet",
                            ServerBench.JDBC,
                            AVATICA,
                            "JDBC of Avatica, large frames");
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
