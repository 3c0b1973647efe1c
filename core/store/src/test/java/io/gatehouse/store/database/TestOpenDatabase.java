package io.gatehouse.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestOpenDatabase {
    @TempDir
    private Path directory;

    @Test
    void leavesNoConnectionOpenWhenItCannotBeLockedDown() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        try (DuckDBConnection connection =
                (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file, Lockdown.settings())) {
            Path noDisk = directory.resolve("none");
            assertThatThrownBy(() -> OpenDatabase.of(file, connection, false, noDisk, List.of(), 1 << 30))
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND))
                    .hasMessage("There is no file %s.".formatted(noDisk));
        }
        // A connection that stayed open would keep the file.
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).isEmpty();
        }
    }

    /** DuckDB 2.0.0 fails on a lateral query with grouping sets, and would refuse everything that is asked afterwards. */
    @Test
    void answersOnAfterADefectOfDuckDb() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file);
                Connection reader = store.reader();
                Statement statement = reader.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("""
                            SELECT * FROM (VALUES (1)) AS a(x), LATERAL (
                                SELECT y, count(*) FROM (VALUES (1), (2)) AS b(y) WHERE x >= y GROUP BY ROLLUP (1))""")).hasMessageStartingWith("INTERNAL Error");
            assertThat(store.runs()).isEmpty();
            store.savedQueries().save("a", "SELECT 1", "");
            assertThat(store.savedQueries().list()).hasSize(1);
        }
    }

    @Test
    void limitsOperatorsOfReadersOnly() throws Exception {
        try (OpenDatabase database = DatabaseFile.create(directory.resolve("a.duckdb"))) {
            database.limitOperators(16 << 20);
            try (Connection reader = database.reader();
                    Connection writer = database.writer()) {
                assertThat(isLimited(reader)).isTrue();
                assertThat(isLimited(writer)).isFalse();
                assertThatThrownBy(() -> SmallQuery.update(reader, "SET temp_directory = 'x'"))
                        .hasMessageContaining("locked");
            }
        }
    }

    /** Both while a statement computes, and it ends with the right result. */
    @Test
    void changesTheNumberOfThreads() throws Exception {
        try (OpenDatabase database = DatabaseFile.create(directory.resolve("a.duckdb"));
                Connection reader = database.reader()) {
            CompletableFuture<Long> count =
                    CompletableFuture.supplyAsync(() -> database.read(connection -> SmallQuery.first(
                                    connection,
                                    "SELECT count(*) FROM range(30_000_000) a WHERE hash(range) IS NOT NULL",
                                    row -> row.getLong(1))
                            .orElseThrow()));
            database.useThreads(1);
            assertThat(threads(reader)).isEqualTo(1);
            database.useThreads(3);
            assertThat(threads(reader)).isEqualTo(3);
            assertThat(count.get()).isEqualTo(30_000_000);
        }
    }

    private static int threads(Connection connection) throws Exception {
        return SmallQuery.first(connection, "SELECT current_setting('threads')", row -> row.getInt(1))
                .orElseThrow();
    }

    private static boolean isLimited(Connection connection) throws Exception {
        return SmallQuery.first(
                        connection,
                        "SELECT current_setting('operator_memory_limit') IS NOT DISTINCT FROM '16.0 MiB'",
                        row -> row.getBoolean(1))
                .orElseThrow();
    }
}
