package io.gatehouse.store.transfer;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are put into a directory shard by shard, as machines of a cluster do it. */
final class TestDirectoryRegister {
    private static final RandomRun RUN = new RandomRun(
            RandomRun.description("whole", 3, 8, 2, new Recording(Scope.PROMPT, Probabilities.ALL, true)), 9, 1);

    @TempDir
    private Path directory;

    @Test
    void aShardsFilesAreThoseOfAnExport() throws Exception {
        Path exported = exportOfOneShard();
        Path built = Files.createDirectory(directory.resolve("built"));
        DirectoryRegister register = DirectoryRegister.read(built, directory.resolve("register.duckdb"));
        int runId = begin(register, built, RUN, 6);
        writeShard(built, runId, RUN, 6);
        for (String rollup : List.of("subject_usage", "layer_usage", "outcome_usage", "layer_entropy", "experts")) {
            // Of one shard, what it adds is the sum.
            move(
                    built.resolve("_unfinished/%s/run_id=1/shard=0/data.parquet".formatted(rollup)),
                    built.resolve("%s/run_id=1/data.parquet".formatted(rollup)));
        }
        register.end(runId, RunStatus.COMPLETE);
        register.writeRun(runId, built);

        try (Store expected = Store.open(exported);
                Store store = Store.open(built)) {
            assertThat(store.verify()).isEqualTo(expected.verify());
            assertThat(store.verify().problems()).isEmpty();
            for (String relation : List.of(
                    "questions",
                    "answers",
                    "tokens",
                    "routing",
                    "gates",
                    "expert_norms",
                    "usage",
                    "subject_usage",
                    "layer_usage",
                    "outcome_usage",
                    "layer_entropy",
                    "experts",
                    "run_definitions")) {
                String rows = "FROM %s ORDER BY ALL".formatted(relation);
                assertThat(Rows.of(store, rows))
                        .as(relation)
                        .isEqualTo(Rows.of(expected, rows))
                        .isNotEmpty();
            }
            assertThat(Rows.of(store, "SELECT * EXCLUDE (committed_at, seconds) FROM run_shards"))
                    .isEqualTo(Rows.of(expected, "SELECT * EXCLUDE (committed_at, seconds) FROM run_shards"));
        }
    }

    @Test
    void nothingOfARunIsSeenBeforeItHasEnded() throws Exception {
        Path built = Files.createDirectory(directory.resolve("built"));
        DirectoryRegister register = DirectoryRegister.read(built, directory.resolve("register.duckdb"));
        int runId = begin(register, built, RUN, 6);
        writeShard(built, runId, RUN, 6);
        try (Store store = Store.open(built)) {
            assertThat(store.runs()).isEmpty();
            for (String relation : List.of("answers", "routing", "usage", "experts", "run_shards")) {
                assertThat(Rows.count(store, "SELECT count(*) FROM " + relation))
                        .as(relation)
                        .isZero();
            }
            assertThat(store.verify().problems()).isEmpty();
        }
        register.end(runId, RunStatus.FAILED);
        register.writeRun(runId, built);
        try (Store store = Store.open(built)) {
            assertThat(store.runs()).extracting(RunSummary::status).containsExactly(RunStatus.FAILED);
            assertThat(Rows.count(store, "SELECT count(*) FROM answers")).isEqualTo(6);
        }
    }

    @Test
    void goesOnWithWhatADirectoryKnows() throws Exception {
        Path built = Files.createDirectory(directory.resolve("built"));
        begin(DirectoryRegister.read(built, directory.resolve("first.duckdb")), built, RUN, 6);

        DirectoryRegister second = DirectoryRegister.read(built, directory.resolve("second.duckdb"));
        try (Store store = Store.open(second.file())) {
            assertThat(store.runs()).extracting(RunSummary::status).containsExactly(RunStatus.RUNNING);
            // The same run again has the same number and the same questions, and another one may not take its name.
            try (RunWriter writer = store.resumeRun(RUN.description(), RandomRun.questions(6), Map.of())) {
                assertThat(writer.runId()).isEqualTo(1);
                assertThat(writer.questionId(5)).isEqualTo(6);
            }
            assertRefused(
                    () -> store.resumeRun(RUN.description(), RandomRun.questions(5), Map.of()),
                    ErrorCode.RUN_EXISTS,
                    "questions was 6 and is 5");
        }
        assertThat(second.writeQuestions(directory.resolve("nothing"))).isEmpty();

        DirectoryRegister third = DirectoryRegister.read(built, directory.resolve("third.duckdb"));
        assertThat(begin(third, built, RandomRun.of("other", 2), 8)).isEqualTo(2);
        assertThat(built.resolve("questions")).isDirectoryContaining("glob:**/from-1.parquet");
        assertThat(built.resolve("questions")).isDirectoryContaining("glob:**/from-7.parquet");
        try (Store store = Store.open(built)) {
            assertThat(Rows.of(store, "SELECT question_id FROM questions ORDER BY ALL"))
                    .isEqualTo(IntStream.rangeClosed(1, 8)
                            .mapToObj(String::valueOf)
                            .toList());
        }
    }

    /** A driver is killed when the attributes of its questions are there and the questions are not. */
    @Test
    void attributesOfQuestionsThatNeverCameAreThoseOfNoOther() throws Exception {
        Path built = Files.createDirectory(directory.resolve("built"));
        DirectoryRegister killed = DirectoryRegister.read(built, directory.resolve("killed.duckdb"));
        QuestionRow hard = new QuestionRow("maths", 1, "2 + 2?", List.of("3", "4"), 'B', Map.of("level", "hard"));
        try (Store store = Store.open(killed.file())) {
            store.startRun(RUN.description(), List.of(hard)).close();
        }
        killed.writeVersion(built);
        assertThat(killed.writeQuestions(built))
                .containsExactly("question_attributes/from-1.parquet", "questions/from-1.parquet");
        Files.delete(built.resolve("questions/from-1.parquet"));

        DirectoryRegister next = DirectoryRegister.read(built, directory.resolve("next.duckdb"));
        try (Store store = Store.open(next.file())) {
            store.startRun(RUN.description(), RandomRun.questions(1)).close();
        }
        next.writeQuestions(built);
        try (Store store = Store.open(built)) {
            assertThat(Rows.count(store, "SELECT count(*) FROM questions")).isOne();
            assertThat(Rows.count(store, "SELECT count(*) FROM question_attributes"))
                    .isZero();
        }
    }

    @Test
    void refusesADirectoryOfAnotherSchema() throws Exception {
        Path built = Files.createDirectory(directory.resolve("built"));
        Files.createDirectory(built.resolve("schema_version"));
        Files.writeString(built.resolve("schema_version/data.parquet"), "no parquet");
        assertRefused(
                () -> DirectoryRegister.read(built, directory.resolve("register.duckdb")),
                ErrorCode.CORRUPT_DATABASE,
                "schema version");
    }

    private Path exportOfOneShard() {
        Path file = directory.resolve("a.duckdb");
        Path exported = directory.resolve("exported");
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(RUN.description(), RandomRun.questions(6))) {
            writer.write(RUN.shard(writer, 0, 0, 6));
            writer.finish(RunStatus.COMPLETE);
        }
        Store.export(file, exported, ExportListener.none());
        return exported;
    }

    /** Registers a run and tells the directory of it, as of one that is unfinished. */
    private static int begin(DirectoryRegister register, Path built, RandomRun run, int questions) throws Exception {
        int runId;
        try (Store store = Store.open(register.file());
                RunWriter writer = store.startRun(run.description(), RandomRun.questions(questions))) {
            runId = writer.runId();
        }
        register.writeVersion(built);
        register.writeQuestions(built);
        register.writeRun(runId, Files.createDirectories(built.resolve("_unfinished")));
        return runId;
    }

    private void writeShard(Path built, int runId, RandomRun run, int questions) {
        int[] ids = IntStream.rangeClosed(1, questions).toArray();
        List<QuestionRow> rows = RandomRun.questions(questions);
        // A shard is computed with the ids of the directory, which a writer of another file gives as well.
        try (Store store = Store.create(directory.resolve("ids.duckdb"));
                RunWriter writer = store.startRun(run.description(), rows)) {
            ShardFiles.write(built, runId, run.description(), rows, ids, run.shard(writer, 0, 0, questions));
        }
    }

    private static void move(Path from, Path to) throws Exception {
        try (Stream<Path> there = Files.list(from.getParent())) {
            assertThat(there).hasSize(1);
        }
        Files.createDirectories(to.getParent());
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
