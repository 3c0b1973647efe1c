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
                assertThatThrownBy(() -> SmallQuery.update(reader, "SET threads = 1"))
                        .hasMessageContaining("locked");
            }
        }
    }

    private static boolean isLimited(Connection connection) throws Exception {
        return SmallQuery.first(
                        connection,
                        "SELECT current_setting('operator_memory_limit') IS NOT DISTINCT FROM '16.0 MiB'",
                        row -> row.getBoolean(1))
                .orElseThrow();
    }
}
