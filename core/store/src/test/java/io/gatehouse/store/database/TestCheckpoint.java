package io.gatehouse.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCheckpoint {
    /** Random texts, which no log makes shorter, in too few rows for DuckDB to write them to the file at once. */
    private static final String LARGE =
            "INSERT INTO saved_queries SELECT '%s-' || i, repeat(md5(random()::VARCHAR || i), 40), '', now()::TIMESTAMP, now()::TIMESTAMP FROM range(20_000) AS r(i)";

    private static final String COUNT = "SELECT count(*) FROM saved_queries";

    @TempDir
    private Path directory;

    @Test
    void aLargeLogMovesIntoTheFile() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (OpenDatabase database = DatabaseFile.create(file)) {
            database.write(connection -> execute(connection, LARGE.formatted("a")));
            assertThat(Files.size(file)).isGreaterThan(16_000_000);
            assertThat(log(file, ".wal")).doesNotExist();
            database.write(connection -> execute(
                    connection, "INSERT INTO saved_queries VALUES ('b', '', '', now()::TIMESTAMP, now()::TIMESTAMP)"));
            assertThat(log(file, ".wal")).as("a small log").exists();
        }
    }

    /** DuckDB would refuse every further transaction. */
    @Test
    void transactionsGoOnAfterACheckpointThatFailed() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        try (DuckDBConnection connection = DuckDb.file(file, Lockdown.settings())) {
            execute(connection, LARGE.formatted("a"));
            execute(connection, "SET memory_limit = '1500kB'");
            assertThatThrownBy(() -> execute(connection, "CHECKPOINT"))
                    .hasMessageContaining("Failed to create checkpoint");
            execute(connection, "SET memory_limit = '1GB'");
            execute(connection, LARGE.formatted("b"));
            assertThat(log(file, ".wal.checkpoint"))
                    .as("DuckDB still has the defect")
                    .exists();
            new Checkpoint(file).ifLarge(connection);
            execute(connection, LARGE.formatted("c"));
            assertThat(SmallQuery.number(connection, COUNT)).isEqualTo(60_000);
        }
        try (OpenDatabase database = DatabaseFile.open(file)) {
            assertThat((long) database.read(connection -> SmallQuery.number(connection, COUNT)))
                    .isEqualTo(60_000);
            assertThat(log(file, ".wal.checkpoint")).doesNotExist();
        }
    }

    /** Whatever statements hold cannot be had for a checkpoint. */
    @Test
    void aLogStaysWhileStatementsHoldTheMemory() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        try (DuckDBConnection connection = DuckDb.file(file, Lockdown.settings());
                Connection other = connection.duplicate()) {
            execute(connection, "CREATE TEMP TABLE held AS SELECT random() AS x FROM range(10_000_000)");
            execute(connection, "SET memory_limit = '120MB'");
            execute(other, LARGE.formatted("a"));
            new Checkpoint(file).ifLarge(other);
            assertThat(log(file, ".wal")).exists();
            execute(connection, "DROP TABLE held");
            new Checkpoint(file).ifLarge(other);
            assertThat(log(file, ".wal")).doesNotExist();
        }
    }

    private static Path log(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
