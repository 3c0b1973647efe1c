package io.gatehouse.sql.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestLimitedReaders {
    @TempDir
    private Path folder;

    @Test
    void limitsAnOperator() throws SQLException {
        try (Store store = Store.create(folder.resolve("a.duckdb"));
                LimitedReaders readers = new LimitedReaders(store::reader, 16 << 20);
                Connection connection = readers.open();
                Statement statement = connection.createStatement()) {
            assertThat(text(statement, "SELECT current_setting('operator_memory_limit')"))
                    .isEqualTo("16.0 MiB");
        }
    }

    @Test
    void leavesOtherSettingsLocked() throws SQLException {
        try (Store store = Store.create(folder.resolve("b.duckdb"));
                LimitedReaders readers = new LimitedReaders(store::reader, 16 << 20);
                Connection connection = readers.open();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SET memory_limit = '1GB'"))
                    .hasMessageContaining("locked");
        }
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
