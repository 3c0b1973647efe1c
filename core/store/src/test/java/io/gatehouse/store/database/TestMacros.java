package io.gatehouse.store.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.schema.DomainFunction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The functions of the field are in the file, for DuckDB's own tools. */
final class TestMacros {
    private static final String MACROS = """
            SELECT function_name, parameters, comment FROM duckdb_functions()
            WHERE database_name = current_database() AND function_type = 'macro' AND NOT internal ORDER BY ALL""";

    @TempDir
    private Path directory;

    @Test
    void areInANewFileWithWhatTheyReturn() throws Exception {
        Path file = newFile();
        List<String> expected = DomainFunction.all().stream()
                .map(function -> "%s|%s|%s".formatted(function.name(), function.names(), function.comment()))
                .sorted()
                .toList();
        try (Connection duckDb = duckDb(file)) {
            assertThat(Rows.of(duckDb, MACROS)).isEqualTo(expected).hasSizeGreaterThan(5);
            assertThat(Rows.of(duckDb, "SELECT round(wilson_low(81, 263), 4), share(1), two_sided_p(0)"))
                    .containsExactly("0.2553|1.0|1.0");
        }
    }

    @Test
    void areMadeAnewWhereAFileLacksThemOrHasOthers() throws Exception {
        Path file = newFile();
        execute(
                file,
                "CREATE OR REPLACE MACRO share(value) AS 7; DROP MACRO lift; CREATE OR REPLACE MACRO effective_number(h) AS exp(h)");
        Store.open(file).close();
        try (Connection duckDb = duckDb(file)) {
            assertThat(Rows.of(duckDb, "SELECT share(2), lift(1, 2, 1, 4)")).containsExactly("1.0|0.25");
            assertThat(Rows.of(duckDb, MACROS)).anyMatch(row -> row.startsWith("effective_number|[entropy]|"));
        }
    }

    @Test
    void leaveAFileThatHasThemAlone() throws Exception {
        Path file = newFile();
        execute(file, "CREATE MACRO own(x) AS x + 1");
        byte[] before = Files.readAllBytes(file);
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).isEmpty();
            assertThat(file.resolveSibling("a.duckdb.wal")).doesNotExist();
            assertThat(Rows.of(store, "SELECT own(1)")).containsExactly("2");
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    private Path newFile() {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        return file;
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection duckDb = duckDb(file);
                Statement statement = duckDb.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection duckDb(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:duckdb:" + file);
    }
}
