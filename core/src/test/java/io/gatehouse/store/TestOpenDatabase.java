package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestOpenDatabase {
    @TempDir
    private Path directory;

    @Test
    void leavesNoConnectionOpenWhenTheDoorsCannotBeShut() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        try (DuckDBConnection connection =
                (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file, Doors.atOpening())) {
            Path noDisk = directory.resolve("none");
            assertThatThrownBy(() -> OpenDatabase.of(connection, false, noDisk, List.of()))
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND))
                    .hasMessage("There is no file %s.".formatted(noDisk));
        }
        // A connection that stayed open would keep the file.
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).isEmpty();
        }
    }
}
