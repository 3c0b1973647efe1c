package io.gatehouse.store.transfer;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.ChildProcess;
import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.query.SavedQueries;
import io.gatehouse.store.query.SavedQuery;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestExport {
    private static final String RELATIONS = """
            SELECT table_name FROM information_schema.tables
            WHERE table_schema = 'main' AND table_name <> 'query_history' ORDER BY ALL""";

    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private Path exported = Path.of("");

    @BeforeEach
    void write() {
        file = directory.resolve("a.duckdb");
        // A quote in the name, because it goes into SQL.
        exported = directory.resolve("it's exported");
        RandomRun whole = new RandomRun(RandomRun.description("whole", 3, 8, 2, Scope.PROMPT), 9, 1);
        RandomRun last = new RandomRun(
                RandomRun.description("last", 3, 8, 2, Scope.LAST_PROMPT)
                        .withGeneration(new Generation(4, Generation.GREEDY)),
                9,
                2);
        try (Store store = Store.create(file)) {
            try (RunWriter writer = store.startRun(whole.description(), RandomRun.questions(6))) {
                writer.write(whole.shard(writer, 1, 4, 6));
                writer.write(whole.shard(writer, 0, 0, 4));
                writer.finish(RunStatus.COMPLETE);
            }
            try (RunWriter writer = store.startRun(last.description(), RandomRun.questions(5))) {
                writer.write(last.shard(writer, 3, 1, 3));
            }
            store.savedQueries().save("mine", "SELECT 2", "");
            store.modelWeights().record("c0ffee", RandomRun.weights(3, 8));
            store.expertNotes().add(store.run("whole"), 1, 7, "commas", "after numbers", false);
            store.expertNotes().add(store.run("whole"), 0, 2, "masked here", "", true);
        }
    }

    @Test
    void givesTheSameRowsInEveryRelation() throws Exception {
        Store.export(file, exported, ExportListener.none());
        try (Store store = Store.open(file);
                Store attached = Store.open(exported)) {
            assertThat(attached.isReadOnly()).isTrue();
            assertThat(attached.verify()).isEqualTo(store.verify());
            assertThat(attached.runs()).isEqualTo(store.runs()).hasSize(2);
            assertThat(attached.definition(1)).isEqualTo(store.definition(1));
            List<String> relations = Rows.of(store, RELATIONS);
            assertThat(Rows.of(attached, RELATIONS))
                    .isEqualTo(relations)
                    .contains("activations", "experts", "generations", "usage");
            assertThat(Rows.count(attached, "SELECT count(*) FROM model_experts"))
                    .isEqualTo(2 * 3 * 8);
            assertThat(Rows.count(attached, "SELECT count(*) FROM expert_notes"))
                    .isEqualTo(2 + 1);
            for (String relation : relations) {
                String rows = "FROM %s ORDER BY ALL".formatted(relation);
                assertThat(Rows.of(attached, rows)).as(relation).isEqualTo(Rows.of(store, rows));
                String columns = """
                        SELECT column_name, data_type, comment FROM duckdb_columns()
                        WHERE table_name = '%s' ORDER BY column_index""".formatted(relation);
                assertThat(Rows.of(attached, columns)).as(relation).isEqualTo(Rows.of(store, columns));
            }
        }
    }

    @Test
    void laysFilesOutByTableRunAndShard() throws Exception {
        Store.export(file, exported, ExportListener.none());
        assertThat(files())
                .contains(
                        "decisions/run_id=1/shard=0/data.parquet",
                        "decisions/run_id=2/shard=3/data.parquet",
                        "answers/run_id=1/shard=1/data.parquet",
                        "run_shards/run_id=1/shard=1/data.parquet",
                        "runs/run_id=2/data.parquet",
                        "questions/data.parquet",
                        "expert_weights/data.parquet",
                        "expert_weight_pairs/data.parquet")
                .noneMatch(name -> name.startsWith("query_history"))
                .allMatch(name -> name.endsWith("data.parquet") || name.equals("README.md"));
    }

    @Test
    void isNotDisturbedByWhatOthersLeaveBehind() throws Exception {
        Store.export(file, exported, ExportListener.none());
        byte[] garbage = "no parquet at all".getBytes(StandardCharsets.UTF_8);
        Path shard = exported.resolve("decisions/run_id=1/shard=0");
        for (String name : List.of(
                "_SUCCESS",
                ".spark-staging-7/run_id=1/shard=0/part-0.parquet",
                "_temporary/0/task/run_id=1/shard=0/part-0.parquet",
                "decisions/_SUCCESS",
                "decisions/.spark-staging-7/run_id=1/shard=0/part-0.parquet",
                "decisions/_temporary/run_id=1/shard=0/part-0.parquet",
                "decisions/run_id=1/shard=0/_temporary/part-0.parquet",
                "decisions/run_id=1/shard=0/_part-0.parquet",
                "decisions/run_id=1/shard=0/.data.parquet.crc")) {
            Path leftover = exported.resolve(name);
            Files.createDirectories(leftover.getParent());
            Files.write(leftover, garbage);
        }
        // A shard that was written, but never came into the ledger.
        Files.createDirectories(exported.resolve("decisions/run_id=1/shard=9"));
        Files.copy(shard.resolve("data.parquet"), exported.resolve("decisions/run_id=1/shard=9/part-0.parquet"));
        try (Store store = Store.open(file);
                Store attached = Store.open(exported)) {
            assertThat(attached.verify()).isEqualTo(store.verify());
        }
    }

    @Test
    void seesThatAShardIsMissing() throws Exception {
        Store.export(file, exported, ExportListener.none());
        Files.delete(exported.resolve("tokens/run_id=1/shard=1/data.parquet"));
        try (Store attached = Store.open(exported)) {
            assertThat(attached.verify().problems())
                    .containsExactly("whole: the ledger lists 54 tokens, tokens has 36");
        }
    }

    @Test
    void saysWhichDirectoryIsDamaged() throws Exception {
        Store.export(file, exported, ExportListener.none());
        Path routing = exported.resolve("decisions/run_id=1/shard=1/data.parquet");
        Files.write(routing, java.util.Arrays.copyOf(Files.readAllBytes(routing), 500));
        try (Store attached = Store.open(exported)) {
            assertRefused(attached::verify, ErrorCode.CORRUPT_DATABASE, "data.parquet");
        }
        Path answers = exported.resolve("answers/run_id=1/shard=1/data.parquet");
        Files.write(answers, new byte[10]);
        assertRefused(() -> Store.open(exported), ErrorCode.CORRUPT_DATABASE, exported.toString());
    }

    /**
     * Whatever DuckDB says of bytes that are not what they were, it is the directory that is damaged. Others each time;
     * with {@code -Dtest.flips=1000} more of them.
     */
    @Test
    void flippedBitsAreDamage() throws Exception {
        Store.export(file, exported, ExportListener.none());
        long seed = Long.getLong("test.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        List<Path> files;
        try (Stream<Path> all = Files.walk(exported)) {
            files = all.filter(path -> path.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
        int flips = Integer.getInteger("test.flips", 8);
        int refused = 0;
        for (int round = 0; round < flips; round++) {
            Path damaged = files.get(random.nextInt(files.size()));
            byte[] whole = Files.readAllBytes(damaged);
            byte[] flipped = whole.clone();
            flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(damaged, flipped);
            try (Store attached = Store.open(exported)) {
                assertThat(attached.verify()).isNotNull();
            } catch (GatehouseException e) {
                // A flipped bit of the number of the version is another version, which is refused by its number.
                boolean otherVersion = damaged.startsWith(exported.resolve("schema_version"))
                        && e.code() == ErrorCode.INVALID_ARGUMENT;
                assertThat(otherVersion || e.code() == ErrorCode.CORRUPT_DATABASE)
                        .as("test.seed=%d: %s", seed, e)
                        .isTrue();
                refused++;
            }
            Files.write(damaged, whole);
        }
        assertThat(refused).as("test.seed=%d", seed).isPositive();
    }

    @Test
    void refusesBrotliByName() throws Exception {
        Store.export(file, exported, ExportListener.none());
        for (String name : List.of("decisions/run_id=1/shard=1", "questions", "schema_version")) {
            Path written = exported.resolve(name).resolve("data.parquet");
            Path again = exported.resolve(name).resolve("data.brotli.parquet");
            try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = database.createStatement()) {
                statement.execute(
                        "COPY (FROM read_parquet('%s', hive_partitioning = false)) TO '%s' (FORMAT parquet, CODEC brotli)"
                                .formatted(
                                        written.toString().replace("'", "''"),
                                        again.toString().replace("'", "''")));
            }
            assertRefused(
                    () -> Store.open(exported),
                    ErrorCode.CORRUPT_DATABASE,
                    "data.brotli.parquet is compressed with Brotli");
            Files.delete(again);
        }
        Store.open(exported).close();
    }

    @Test
    void takesNoCutExportForAWholeOne() throws Exception {
        Path cut = directory.resolve("cut");
        try (ChildProcess child = ChildProcess.start(ExportStore.class, file.toString(), cut.toString())) {
            assertThat(child.readLine()).isEqualTo("1 of 3");
            child.kill();
        }
        assertThat(cut.resolve("decisions")).isDirectory();
        assertRefused(() -> Store.open(cut), ErrorCode.INVALID_ARGUMENT, "cut short");
        assertRefused(() -> Store.export(file, cut, ExportListener.none()), ErrorCode.INVALID_ARGUMENT, "is not empty");
    }

    @Test
    void takesAwayWhatItWroteWhenItIsStopped() throws Exception {
        ExportListener stop = new ExportListener() {
            @Override
            public void progress(int shards, int of) {
                assertThat(exported.resolve("decisions")).isDirectory();
            }

            @Override
            public boolean cancelled() {
                return true;
            }
        };
        assertRefused(() -> Store.export(file, exported, stop), ErrorCode.CANCELLED_BY_USER, exported.toString());
        assertThat(exported).doesNotExist();
        Files.createDirectory(exported);
        assertRefused(() -> Store.export(file, exported, stop), ErrorCode.CANCELLED_BY_USER, exported.toString());
        assertThat(exported).isEmptyDirectory();
        Store.export(file, exported, ExportListener.none());
        Store.open(exported).close();
    }

    @Test
    void refusesWhatCannotBeADatabaseOrATarget() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        assertRefused(() -> Store.open(other), ErrorCode.INVALID_ARGUMENT, "is a directory, but no export");
        Files.writeString(other.resolve("mine.txt"), "mine");
        assertRefused(() -> Store.export(file, other, ExportListener.none()), ErrorCode.INVALID_ARGUMENT, "not empty");
        assertRefused(
                () -> Store.export(file, other.resolve("mine.txt"), ExportListener.none()),
                ErrorCode.INVALID_ARGUMENT,
                "not empty");
        assertThat(other.resolve("mine.txt")).hasContent("mine");
        assertRefused(
                () -> Store.export(file, directory.resolve("[1]"), ExportListener.none()),
                ErrorCode.INVALID_ARGUMENT,
                "means something else");
        assertRefused(
                () -> Store.export(directory.resolve("none.duckdb"), exported, ExportListener.none()),
                ErrorCode.FILE_NOT_FOUND,
                "none.duckdb");
        assertThat(exported).doesNotExist();
        Store.export(file, exported, ExportListener.none());
        assertRefused(
                () -> Store.export(exported, directory.resolve("again"), ExportListener.none()),
                ErrorCode.INVALID_ARGUMENT,
                "an export is made of a database file");
    }

    @Test
    void refusesToWrite() throws Exception {
        Store.export(file, exported, ExportListener.none());
        assertRefused(() -> Store.create(exported), ErrorCode.INVALID_ARGUMENT, "read-only");
        assertRefused(() -> Store.compact(exported), ErrorCode.INVALID_ARGUMENT, "read-only");
        try (Store attached = Store.open(exported)) {
            assertRefused(() -> attached.deleteRun("whole"), ErrorCode.INVALID_ARGUMENT, "read-only");
            assertRefused(
                    () -> attached.startRun(RandomRun.of("new", 1).description(), RandomRun.questions(1)),
                    ErrorCode.INVALID_ARGUMENT,
                    "read-only");
            assertRefused(
                    () -> attached.importRun(RandomRun.imported("new"), "test"),
                    ErrorCode.INVALID_ARGUMENT,
                    "read-only");
            SavedQueries saved = attached.savedQueries();
            assertRefused(() -> saved.save("new", "SELECT 1", ""), ErrorCode.INVALID_ARGUMENT, "read-only");
            assertRefused(() -> saved.delete("mine"), ErrorCode.INVALID_ARGUMENT, "read-only");
            assertThat(saved.list()).extracting(SavedQuery::name).containsExactly("mine");
        }
    }

    @Test
    void saysWhereNothingCanBeWritten() throws Exception {
        Path occupied = Files.writeString(directory.resolve("occupied"), "mine");
        assertRefused(
                () -> Store.export(file, occupied.resolve("exported"), ExportListener.none()),
                ErrorCode.INVALID_ARGUMENT,
                "exported cannot be written: ");
        assertThat(occupied).hasContent("mine");
    }

    @Test
    void keepsAllDoorsShutButTheOneToItself() throws Exception {
        Store.export(file, exported, ExportListener.none());
        Path secret = Files.writeString(directory.resolve("secret.csv"), "a\n1\n");
        try (Store attached = Store.open(exported);
                Connection reader = attached.reader();
                Statement statement = reader.createStatement()) {
            statement.execute("BEGIN TRANSACTION READ ONLY");
            assertThat(Rows.of(reader, "SELECT count(*) FROM activations")).containsExactly("366");
            for (String sql : List.of(
                    "FROM read_csv('%s')".formatted(secret.toString().replace("'", "''")),
                    "FROM glob('%s/*')".formatted(directory),
                    "ATTACH '%s'".formatted(file),
                    "SET allowed_directories = []")) {
                assertThatThrownBy(() -> Rows.of(reader, sql)).as(sql).isInstanceOf(SQLException.class);
            }
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> paths = Files.walk(exported)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> exported.relativize(path).toString())
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }
}
