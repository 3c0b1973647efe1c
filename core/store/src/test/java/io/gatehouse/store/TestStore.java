package io.gatehouse.store;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.write.RunWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestStore {
    @TempDir
    private Path directory;

    @Test
    void opensWhatItCreated() {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).isEmpty();
            assertThat(store.file()).isEqualTo(file);
        }
        try (Store store = Store.create(file)) {
            assertThat(store.runs()).isEmpty();
        }
    }

    @Test
    void createsOverAnEmptyFile() throws Exception {
        Path file = Files.createFile(directory.resolve("a.duckdb"));
        try (Store store = Store.create(file)) {
            assertThat(store.runs()).isEmpty();
        }
    }

    @Test
    void refusesAFileThatIsNotThere() {
        Path file = directory.resolve("missing.duckdb");
        assertRefused(() -> Store.open(file), ErrorCode.FILE_NOT_FOUND, file.toString());
        assertThat(file).doesNotExist();
    }

    @Test
    void refusesADirectoryThatIsNotThere() {
        Path file = directory.resolve("no/such/a.duckdb");
        assertRefused(() -> Store.create(file), ErrorCode.FILE_NOT_FOUND, "directory does not exist");
    }

    @Test
    void refusesADirectory() {
        assertRefused(() -> Store.open(directory), ErrorCode.INVALID_ARGUMENT, "is a directory");
        assertRefused(() -> Store.create(directory), ErrorCode.INVALID_ARGUMENT, "is a directory");
    }

    @Test
    void refusesANameThatTheDriverWouldCut() {
        assertRefused(() -> Store.create(directory.resolve("a;b.duckdb")), ErrorCode.INVALID_ARGUMENT, "semicolon");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void refusesWhatIsNoDatabase() throws Exception {
        Path file = Files.writeString(directory.resolve("a.duckdb"), "run,question\n1,1\n");
        assertRefused(() -> Store.open(file), ErrorCode.CORRUPT_DATABASE, "not a DuckDB file");
        assertRefused(() -> Store.create(file), ErrorCode.CORRUPT_DATABASE, "not a DuckDB file");
        assertThat(file).hasContent("run,question\n1,1\n");
    }

    @Test
    void refusesATruncatedFileWhereverItEnds() throws Exception {
        Path whole = directory.resolve("a.duckdb");
        RandomRun shards = new RandomRun(RandomRun.description("r", 3, 64, 8, Scope.PROMPT), 500, 1);
        try (Store store = Store.create(whole);
                RunWriter writer = store.startRun(shards.description(), RandomRun.questions(10))) {
            writer.write(shards.shard(writer, 0, 0, 10));
        }
        byte[] bytes = Files.readAllBytes(whole);
        assertThat(bytes.length).isGreaterThan(300_000);
        for (int length : List.of(1, 100, 5000, 12_287, 100_000, bytes.length / 2, bytes.length - 1)) {
            Path file = Files.write(directory.resolve(length + ".duckdb"), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> Store.open(file).close())
                    .as("cut to %d of %d bytes", length, bytes.length)
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATABASE))
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void refusesAFileWithFlippedBits() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 12_288; i < bytes.length; i += 97) {
            bytes[i] ^= 0x55;
        }
        Files.write(file, bytes);
        assertRefused(() -> Store.open(file), ErrorCode.CORRUPT_DATABASE, "is damaged");
    }

    @Test
    void refusesAFileOfANewerDuckDb() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long before = header.getLong(8);
        header.putLong(12, 9_999);
        // The header's checksum is the exclusive or of its words times this constant.
        long factor = 0xbf58476d1ce4e5b9L;
        header.putLong(0, header.getLong(0) ^ (before * factor) ^ (header.getLong(8) * factor));
        Files.write(file, header.array());
        assertRefused(() -> Store.open(file), ErrorCode.INVALID_ARGUMENT, "another version of DuckDB");
    }

    @Test
    void refusesTheDatabaseOfSomeoneElse() throws Exception {
        Path file = directory.resolve("a.duckdb");
        execute(file, "CREATE TABLE birds (name VARCHAR)");
        assertRefused(() -> Store.open(file), ErrorCode.CORRUPT_DATABASE, "none that Gatehouse made");
        assertRefused(() -> Store.create(file), ErrorCode.CORRUPT_DATABASE, "none that Gatehouse made");
    }

    @Test
    void refusesAnotherSchemaVersionAndNamesBoth() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        execute(file, "UPDATE schema_version SET version = 42");
        assertRefused(
                () -> Store.open(file),
                ErrorCode.INVALID_ARGUMENT,
                "schema version 42, and this Gatehouse reads version " + DatabaseSchema.VERSION);
    }

    @Test
    void refusesTheTablesOfAnotherBuildAndNamesWhatDiffers() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        execute(file, "ALTER TABLE notes RENAME text TO words");
        assertRefused(
                () -> Store.open(file),
                ErrorCode.INVALID_ARGUMENT,
                "was made by another build of Gatehouse, which this one cannot read: "
                        + "notes has no column text, and notes has a column words.");
        execute(file, "DROP TABLE notes");
        assertRefused(() -> Store.open(file), ErrorCode.INVALID_ARGUMENT, "cannot read: it has no notes.");
    }

    @Test
    void refusesASecondStoreOnTheSameFile() {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            assertRefused(() -> Store.open(file), ErrorCode.DATABASE_IN_USE, "open already in this process");
            assertThat(store.runs()).isEmpty();
        }
    }

    /** A query that cannot be interrupted at once keeps the file open after its store is closed. */
    @Test
    void waitsForAStoreThatIsBeingClosed() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        Connection reader = DriverManager.getConnection("jdbc:duckdb:" + file);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> close(reader), delayed(200));
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).isEmpty();
        }
        closing.get(10, TimeUnit.SECONDS);
    }

    private static Executor delayed(long millis) {
        return CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void refusesAFileThatAnotherProcessHolds() throws Exception {
        Path file = directory.resolve("a.duckdb");
        Store.create(file).close();
        try (ChildProcess holder = ChildProcess.start(HoldStore.class, file.toString())) {
            assertThat(holder.readLine()).isEqualTo("open");
            assertRefused(() -> Store.open(file), ErrorCode.DATABASE_IN_USE, "process " + holder.pid());
        }
        Store.open(file).close();
    }

    @Test
    void keepsItsDoorsShut() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret.csv"), "a\n1\n");
        try (Store store = Store.create(directory.resolve("a.duckdb"));
                Connection reader = store.reader()) {
            for (String sql : List.of(
                    "FROM read_csv('%s')".formatted(secret),
                    "FROM '%s'".formatted(secret),
                    "FROM glob('%s/*')".formatted(directory),
                    "COPY runs TO '%s/out.csv'".formatted(directory),
                    "ATTACH '%s/b.duckdb'".formatted(directory),
                    "INSTALL httpfs",
                    "LOAD httpfs",
                    "SET enable_external_access = true",
                    "SET max_temp_directory_size = '1TB'",
                    "SET lock_configuration = false",
                    "SET threads = 1")) {
                assertThatThrownBy(() -> execute(reader, sql)).as(sql).isInstanceOf(SQLException.class);
            }
        }
        assertThat(directory.resolve("out.csv")).doesNotExist();
        assertThat(directory.resolve("b.duckdb")).doesNotExist();
    }

    @Test
    void measuresTheProgressOfItsReadersWithoutPrintingIt() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThat(Rows.of(store, """
                            SELECT name, value FROM duckdb_settings()
                            WHERE name LIKE 'enable_progress_bar%' ORDER BY name"""))
                    .containsExactly("enable_progress_bar|true", "enable_progress_bar_print|false");
        }
    }

    @Test
    void refusesWritesInAReadOnlyTransaction() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"));
                Connection reader = store.reader()) {
            execute(reader, "BEGIN TRANSACTION READ ONLY");
            assertThatThrownBy(() -> execute(reader, "INSERT INTO schema_version VALUES (2)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("read-only");
            execute(reader, "ROLLBACK");
            assertThat(Rows.of(reader, "SELECT count(*) FROM schema_version")).containsExactly("1");
        }
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file)) {
            execute(connection, sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
