package io.gatehouse.store;

import static io.gatehouse.store.RandomRun.question;
import static io.gatehouse.store.RandomRun.questions;
import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.ModelLayer;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestStartRun {
    @TempDir
    private Path directory;

    @Test
    void keepsTheDescription() throws Exception {
        RunDescription run = new RunDescription(
                        "first",
                        "OLMoE",
                        "abc",
                        "OlmoeForCausalLM",
                        ModelLayer.alike(16, 64, 8),
                        "mmlu",
                        "hendrycks",
                        5,
                        new Recording(Scope.LAST_PROMPT, Recording.Probabilities.LAST_PROMPT, true),
                        "balanced",
                        "gpu",
                        "mask 0:3",
                        "1.2.3")
                .withStorage("MXFP4, BF16")
                .withGeneration(new Generation(128, Generation.GREEDY));
        try (Store store = create();
                RunWriter writer = store.startRun(run, questions(3))) {
            assertThat(writer.runId()).isEqualTo(1);
            assertThat(Rows.of(store, "SELECT * EXCLUDE (started_at) FROM runs"))
                    .containsExactly(
                            "1|first|OLMoE|abc|OlmoeForCausalLM|16|64|8|mmlu|hendrycks|5|last_prompt|balanced|gpu"
                                    + "|running|3|null|null|1.2.3|last_prompt|true|[]|mask 0:3|gatehouse|0|0|MXFP4, BF16|128|greedy|null|null|[]|null||[]");
            assertThat(Rows.of(store, "FROM questions WHERE ordinal = 2"))
                    .containsExactly("2|mmlu|birds|2|Which of birds 2?|[a, b, ü, 日本]|C");
        }
    }

    @Test
    void keepsWhatIsKnownOfEachLayer() throws Exception {
        ModelLayer.Router router = new ModelLayer.Router("sigmoid", 2.5, true);
        RunDescription run = new RunDescription(
                "first",
                "tiny",
                "c0ffee",
                "a",
                List.of(
                        ModelLayer.of(ModelLayer.Kind.DENSE),
                        ModelLayer.moe(8, 4, router).withExpertBytes(4096),
                        ModelLayer.moe(16, 2, null),
                        ModelLayer.of(ModelLayer.Kind.STATE_SPACE),
                        ModelLayer.of(ModelLayer.Kind.UNKNOWN)),
                "quiz",
                "hendrycks",
                0,
                Recording.decisions(Scope.PROMPT),
                "exact",
                "cpu",
                "",
                "0.1.0");
        try (Store store = create()) {
            store.startRun(run, questions(1)).close();
            assertThat(Rows.of(store, "FROM layers ORDER BY layer"))
                    .containsExactly(
                            "1|0|dense|null|null|null|null|null|null",
                            "1|1|moe|8|4|sigmoid|2.5|true|4096",
                            "1|2|moe|16|2|null|null|null|null",
                            "1|3|state_space|null|null|null|null|null|null",
                            "1|4|null|null|null|null|null|null|null");
            assertThat(Rows.of(store, "SELECT layers, experts, top_k FROM runs"))
                    .containsExactly("5|16|4");
            assertThat(store.verify().problems()).isEmpty();
            store.startRun(run("second", "quiz"), questions(1)).close();
            store.deleteRun("first");
            assertThat(Rows.of(store, "SELECT DISTINCT run_id FROM layers")).containsExactly("2");
        }
    }

    @Test
    void refusesLayersThatCannotBe() {
        assertThatThrownBy(() -> ModelLayer.moe(4, 5, null)).hasMessage("Top-k not in 1..4: 5");
        assertThatThrownBy(() -> ModelLayer.moe(0, 1, null)).hasMessage("Experts not in 1..32767: 0");
        assertThatThrownBy(() -> new ModelLayer(ModelLayer.Kind.DENSE, 1, 1, null, 0))
                .hasMessage("A layer of kind DENSE has no experts");
        assertThatThrownBy(() -> ModelLayer.of(ModelLayer.Kind.UNKNOWN).withExpertBytes(1))
                .hasMessage("A layer of kind UNKNOWN has no experts");
        assertThatThrownBy(() -> ModelLayer.moe(4, 2, null).withExpertBytes(-1)).hasMessage("An expert of -1 bytes");
    }

    @Test
    void startsNowInUtc() throws Exception {
        try (Store store = create();
                RunWriter writer = store.startRun(run("first", "quiz"), questions(1))) {
            assertThat(writer.runId()).isPositive();
            assertThat(
                            Rows.of(
                                    store,
                                    "SELECT abs(epoch(started_at) - epoch(get_current_timestamp()::TIMESTAMPTZ)) < 60 FROM runs"))
                    .containsExactly("true");
        }
    }

    @Test
    void refusesTheNameOfAnotherRun() throws Exception {
        try (Store store = create()) {
            store.startRun(run("first", "quiz"), questions(1)).close();
            assertRefused(() -> store.startRun(run("first", "other"), questions(2)), ErrorCode.RUN_EXISTS, "\"first\"");
            assertThat(Rows.of(store, "SELECT count(*) FROM questions")).containsExactly("1");
            assertThat(store.runs()).hasSize(1);
        }
    }

    @Test
    void givesAQuestionTheSameIdInEveryRun() throws Exception {
        List<QuestionRow> few = List.of(question("birds", 2), question("fish", 1));
        List<QuestionRow> many =
                List.of(question("fish", 1), question("fish", 2), question("birds", 1), question("birds", 2));
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            assertThat(ids(store, run("first", "quiz"), few)).containsExactly(1, 2);
        }
        try (Store store = Store.open(file)) {
            assertThat(ids(store, run("second", "quiz"), many)).containsExactly(2, 3, 4, 1);
            List<QuestionRow> others = List.of(question("birds", 2), question("mammals", 1));
            assertThat(ids(store, run("third", "another quiz"), others)).containsExactly(5, 6);
            assertThat(ids(store, run("fourth", "quiz"), many)).containsExactly(2, 3, 4, 1);
            assertThat(Rows.count(store, "SELECT count(*) FROM questions")).isEqualTo(6);
        }
    }

    @Test
    void aCopyOfAQuizIsThatQuiz() throws Exception {
        try (Store store = create()) {
            assertThat(ids(store, run("first", "quiz"), questions(3))).containsExactly(1, 2, 3);
            RunDescription copy = run("second", "copy");
            assertThat(ids(store, copy, questions(2))).containsExactly(1, 2);
            assertThat(store.run("second").quiz()).isEqualTo("quiz");
            store.resumeRun(copy, questions(2), Map.of()).close();
            assertThat(ids(store, run("third", "longer"), questions(4))).containsExactly(4, 5, 6, 7);
            // It has a question more, so that it is another quiz, and keeps its name from now on.
            assertThat(ids(store, run("fourth", "longer"), questions(3))).containsExactly(4, 5, 6);
            assertThat(Rows.of(store, "SELECT name, quiz FROM runs ORDER BY run_id"))
                    .containsExactly("first|quiz", "second|quiz", "third|longer", "fourth|longer");
        }
    }

    @Test
    void refusesAQuestionThatChanged() throws Exception {
        QuestionRow before = question("birds", 1);
        List<QuestionRow> changes = List.of(
                new QuestionRow("birds", 1, "Which?", before.choices(), 'C'),
                new QuestionRow("birds", 1, before.text(), List.of("a", "b", "c", "d"), 'C'),
                new QuestionRow("birds", 1, before.text(), before.choices(), 'D'));
        try (Store store = create()) {
            store.startRun(run("first", "quiz"), List.of(before)).close();
            for (QuestionRow changed : changes) {
                List<QuestionRow> questions = List.of(question("fish", 1), changed);
                assertRefused(
                        () -> store.startRun(run("second", "quiz"), questions),
                        ErrorCode.INVALID_ARGUMENT,
                        "Question 1 of subject birds of quiz quiz");
            }
            assertThat(Rows.count(store, "SELECT count(*) FROM questions")).isEqualTo(1);
            assertThat(store.runs()).hasSize(1);
        }
    }

    @Test
    void refusesAQuestionListedTwice() {
        try (Store store = create()) {
            List<QuestionRow> questions = List.of(question("birds", 1), question("fish", 1), question("birds", 1));
            assertRefused(
                    () -> store.startRun(run("first", "quiz"), questions),
                    ErrorCode.INVALID_ARGUMENT,
                    "Question 1 of subject birds of quiz quiz is listed twice");
            assertThat(store.runs()).isEmpty();
        }
    }

    @Test
    void refusesAQuizThatIsNamedLikeAnImportedRun() {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            store.importRun(RandomRun.imported("served"), "test");
            assertRefused(
                    () -> store.startRun(run("r", "served"), RandomRun.questions(1)),
                    ErrorCode.RUN_EXISTS,
                    "holds an imported run named \"served\" (vllm), as the quiz is");
            assertThat(store.runs()).extracting(RunSummary::name).containsExactly("served");
            store.deleteRun("served");
            assertThat(ids(store, run("r", "served"), RandomRun.questions(1))).hasSize(1);
        }
    }

    @Test
    void listsRunsInTheOrderOfTheirStart() {
        try (Store store = create()) {
            RandomRun shards = RandomRun.of("zebra", 1);
            try (RunWriter writer = store.startRun(shards.description(), questions(4))) {
                writer.write(shards.shard(writer, 0, 0, 3));
            }
            try (RunWriter writer = store.startRun(run("ant", "quiz"), questions(2))) {
                writer.finish(RunStatus.CANCELLED);
            }
            List<RunSummary> runs = store.runs();
            assertThat(runs).extracting(RunSummary::name).containsExactly("zebra", "ant");
            assertThat(runs).extracting(RunSummary::status).containsExactly(RunStatus.RUNNING, RunStatus.CANCELLED);
            assertThat(runs).extracting(RunSummary::questions).containsExactly(4, 2);
            assertThat(runs).extracting(RunSummary::answered).containsExactly(3, 0);
            assertThat(runs).extracting(RunSummary::correct).containsExactly(1, 0);
            assertThat(runs.get(0).finishedAt()).isEmpty();
            assertThat(runs.get(1).finishedAt().orElseThrow())
                    .isAfterOrEqualTo(runs.get(1).startedAt());
        }
    }

    private Store create() {
        return Store.create(directory.resolve("a.duckdb"));
    }

    private static int[] ids(Store store, RunDescription run, List<QuestionRow> questions) {
        try (RunWriter writer = store.startRun(run, questions)) {
            return IntStream.range(0, questions.size()).map(writer::questionId).toArray();
        }
    }

    private static RunDescription run(String name, String quiz) {
        return new RunDescription(
                name,
                "tiny",
                "c0ffee",
                "OlmoeForCausalLM",
                ModelLayer.alike(3, 8, 2),
                quiz,
                "hendrycks",
                0,
                Recording.decisions(Scope.PROMPT),
                "exact",
                "cpu",
                "",
                "0.1.0");
    }
}
