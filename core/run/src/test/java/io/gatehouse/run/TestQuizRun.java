package io.gatehouse.run;

import static io.gatehouse.run.SampleRuns.count;
import static io.gatehouse.run.SampleRuns.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import io.gatehouse.run.SampleRuns.Watcher;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.sample.random.RandomCheckpoint;
import io.gatehouse.sample.random.StoredType;
import io.gatehouse.sample.random.TokenizerSource;
import io.gatehouse.sample.random.WritingListener;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a run of the sample model records, and what it says of itself meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestQuizRun {
    /** Three matrices of 128 times 32 bfloat16. */
    private static final int EXPERT_BYTES = 3 * 128 * 32 * 2;

    private final SampleRuns sample = new SampleRuns();
    private final Checkpoint checkpoint = sample.checkpoint();
    private final Quiz quiz = sample.quiz();

    @TempDir
    private Path directory;

    @AfterAll
    void close() {
        sample.close();
    }

    @Test
    void recordsEveryDecisionOfEveryToken() throws SQLException {
        try (Store store = Store.create(directory.resolve("every.duckdb"))) {
            RunOutcome outcome = sample.run(store, request("every", quiz.limit(70), 0), new Watcher(Integer.MAX_VALUE));
            assertThat(outcome.questions()).isEqualTo(70);
            assertThat(count(store, "FROM answers")).isEqualTo(70);
            assertThat(count(store, "FROM answers WHERE correct")).isEqualTo(outcome.correct());
            assertThat(count(store, "FROM tokens")).isEqualTo(outcome.tokens());
            long layers = checkpoint.config().layers().size();
            assertThat(count(store, "FROM token_routing")).isEqualTo(layers * outcome.tokens());
            assertThat(count(store, "FROM token_routing WHERE is_last_prompt")).isEqualTo(layers * 70);
            assertThat(count(store, """
                            FROM layers AS l JOIN runs AS r USING (run_id) WHERE l.kind = 'moe' AND l.experts = r.experts
                                AND l.top_k = r.top_k AND l.router = 'softmax' AND l.router_scale = 1
                                AND l.renormalised IS NOT NULL AND l.expert_bytes = %d""".formatted(EXPERT_BYTES))).isEqualTo(layers);
            assertThat(count(store, "FROM run_shards")).isEqualTo(2);
            assertThat(store.runs().get(0).status()).isEqualTo(RunStatus.COMPLETE);
        }
    }

    @Test
    void keepsOfEachPromptWhatItIsAskedTo() throws SQLException {
        try (Store store = Store.create(directory.resolve("asked.duckdb"))) {
            Quiz some = quiz.limit(13);
            record(store, "all", some, 0, new Recording(Scope.PROMPT, Probabilities.ALL, true));
            record(store, "gates", some, 0, new Recording(Scope.PROMPT, Probabilities.LAST_PROMPT, false));
            record(store, "last", some, 0, new Recording(Scope.LAST_PROMPT, Probabilities.LAST_PROMPT, true));
            record(store, "shots", some, 2, new Recording(Scope.LAST_PROMPT, Probabilities.NONE, true));
            record(store, "two", some, 2, new Recording(Scope.PROMPT, Probabilities.NONE, true));
            assertThat(store.verify().problems()).isEmpty();
            long last = 13L * checkpoint.config().layers().size();
            assertThat(count(store, "FROM token_routing WHERE run_id = 3")).isEqualTo(last);
            assertThat(count(store, "FROM router_probabilities WHERE run_id = 2"))
                    .isEqualTo(last);
            assertThat(count(store, "FROM router_probabilities WHERE run_id = 3"))
                    .isEqualTo(last);
            assertThat(count(store, "FROM router_probabilities WHERE run_id >= 4"))
                    .isZero();
            assertThat(count(store, "FROM expert_norms WHERE run_id = 2")).isZero();
            // What is recorded of a token does not depend on what else is.
            String differing = "FROM %1$s AS a JOIN %1$s AS b USING (question_id, \"position\", layer)"
                    + " WHERE a.run_id = %2$d AND b.run_id = %3$d AND list_max(list_transform(range(1, len(a.%4$s) + 1),"
                    + " lambda i: abs(a.%4$s[i] - b.%4$s[i]))) > 1e-4";
            assertThat(count(store, differing.formatted("token_routing", 1, 3, "weights")))
                    .isZero();
            assertThat(count(store, differing.formatted("expert_norms", 1, 3, "norms")))
                    .isZero();
            assertThat(count(store, differing.formatted("router_probabilities", 1, 2, "probabilities")))
                    .isZero();
            assertThat(count(store, differing.formatted("expert_norms", 5, 4, "norms")))
                    .isZero();
            assertThat(count(
                            store,
                            "FROM token_routing JOIN router_probabilities USING (run_id, question_id, \"position\", layer)"
                                    + " WHERE abs(probabilities[experts[1] + 1] - list_max(probabilities)) > 1e-5"))
                    .isZero();
        }
    }

    @Test
    void recordsWhatRoutersWouldChooseLayersBefore() throws SQLException {
        try (Store store = Store.create(directory.resolve("ahead.duckdb"))) {
            Quiz some = quiz.limit(9);
            List<Integer> both = List.of(1, 2);
            record(store, "both", some, 2, new Recording(Scope.PROMPT, Probabilities.NONE, false, both));
            record(store, "last", some, 2, new Recording(Scope.LAST_PROMPT, Probabilities.NONE, false, both));
            record(store, "second", some, 0, new Recording(Scope.PROMPT, Probabilities.NONE, false, List.of(2)));
            assertThat(store.verify().problems()).isEmpty();
            assertThat(count(store, "FROM runs WHERE lookahead = [1, 2]")).isEqualTo(2);
            assertThat(count(
                            store, "FROM token_routing WHERE (lookahead_1 IS NOT NULL) <> (run_id < 3 AND layer >= 1)"))
                    .isZero();
            assertThat(count(store, "FROM token_routing WHERE (lookahead_2 IS NOT NULL) <> (layer >= 2)"))
                    .isZero();
            assertThat(count(store, "FROM token_routing WHERE lookahead_1 IS NOT NULL"))
                    .isPositive();
            assertThat(count(store, "FROM token_routing WHERE len(list_distinct(lookahead_1)) <> len(experts)"))
                    .isZero();
            assertThat(count(
                            store,
                            "FROM token_routing AS a JOIN token_routing AS b USING (question_id, \"position\", layer)"
                                    + " WHERE a.run_id = 1 AND b.run_id = 2 AND a.lookahead_1 <> b.lookahead_1"))
                    .as("what is recorded of a token does not depend on what else is")
                    .isZero();
            assertThat(count(store, "FROM token_routing WHERE lookahead_1 <> experts"))
                    .as("stale gates err")
                    .isPositive();
        }
    }

    @Test
    void saysBeforehandWhatWillBeOnTheDisk() throws Exception {
        Path empty = directory.resolve("empty.duckdb");
        Store.create(empty).close();
        for (Recording recording : List.of(
                Recording.decisions(Scope.PROMPT),
                new Recording(Scope.PROMPT, Probabilities.ALL, true),
                new Recording(Scope.LAST_PROMPT, Probabilities.LAST_PROMPT, true))) {
            Path file = directory.resolve("disk-%s.duckdb".formatted(recording.probabilities()));
            List<DiskNeed> needs = new ArrayList<>();
            Watcher watcher = new Watcher(Integer.MAX_VALUE) {
                @Override
                public void planned(DiskNeed need) {
                    needs.add(need);
                }
            };
            long activations;
            try (Store store = Store.create(file)) {
                sample.run(store, new RunTask("disk", quiz.limit(640), PromptFormat.HENDRYCKS, 0, recording), watcher);
                activations = count(store, "FROM activations");
            }
            assertThat(needs).singleElement().satisfies(need -> {
                assertThat(need.activations()).isEqualTo(activations);
                assertThat((double) need.bytes() / (Files.size(file) - Files.size(empty)))
                        .as("%s: %s", recording, need)
                        .isBetween(0.5, 2.0);
                assertThat(need.freeBytes()).isPositive();
            });
        }
    }

    @Test
    void aDenseLayerHasNoExpertsThatCouldBeUnused() throws SQLException {
        ObjectNode config = Blueprint.TINY_QWEN2_MOE.config();
        config.put("decoder_sparse_step", 1).putArray("mlp_only_layers").add(1);
        Path model = directory.resolve("qwen");
        new RandomCheckpoint(config, StoredType.FP32, 7, Long.MAX_VALUE)
                .write(model, TokenizerSource.bytes(), new Unwatched());
        try (Checkpoint dense = Checkpoint.open(model);
                Engine denseEngine = Engine.load(dense);
                Store store = Store.create(directory.resolve("dense.duckdb"))) {
            Recording recording = new Recording(Scope.PROMPT, Probabilities.ALL, true);
            RunTask request = new RunTask("dense", quiz.limit(3), PromptFormat.HENDRYCKS, 0, recording);
            new QuizRun(dense, denseEngine, store, "test").execute(request, new Watcher(Integer.MAX_VALUE));
            assertThat(store.verify().problems()).isEmpty();
            int layers = dense.config().layers().size();
            assertThat(layers).isGreaterThan(1);
            for (String table : List.of("experts", "token_routing", "router_probabilities", "expert_norms")) {
                assertThat(count(store, "FROM (SELECT DISTINCT layer FROM %s)".formatted(table)))
                        .as(table)
                        .isEqualTo(layers - 1);
                assertThat(count(store, "FROM %s WHERE layer = 1".formatted(table)))
                        .as(table)
                        .isZero();
            }
        }
    }

    @Test
    void answersAreThoseOfTheLettersLogProbabilities() throws SQLException {
        try (Store store = Store.create(directory.resolve("letters.duckdb"))) {
            sample.run(store, request("letters", quiz.limit(26), 0), new Watcher(Integer.MAX_VALUE));
            assertThat(
                            count(
                                    store,
                                    "FROM answers WHERE predicted <> 'ABCD'[list_position(log_probabilities, list_max(log_probabilities))]"))
                    .isZero();
            assertThat(count(
                            store,
                            "FROM answers JOIN questions USING (question_id) WHERE correct <> (predicted = answer)"))
                    .isZero();
        }
    }

    @Test
    void recordsQuestionsOfAnyNumberOfChoicesWithWhatTheirQuizSaysOfThem() throws SQLException {
        Subject addition = new Subject(
                "addition",
                List.of(),
                List.of(
                        new Question("addition", 1, "3 + 4?", List.of("7", "8"), 'A', Map.of("level", "easy")),
                        new Question("addition", 2, "3 + 5?", List.of("7", "8", "9"), 'B', Map.of())));
        try (Store store = Store.create(directory.resolve("choices.duckdb"))) {
            Quiz few = new Quiz("few", List.of(addition));
            int run = sample.run(store, request("first", few, 0), new Watcher(Integer.MAX_VALUE))
                    .runId();
            sample.run(store, request("second", few, 0), new Watcher(Integer.MAX_VALUE));
            assertThat(
                            count(
                                    store,
                                    "FROM answers JOIN questions USING (question_id) WHERE len(log_probabilities) = len(choices)"))
                    .isEqualTo(4);
            assertThat(count(store, "FROM question_attributes")).isEqualTo(1);
            assertThat(
                            count(
                                    store,
                                    "FROM question_attributes JOIN questions USING (question_id) WHERE ordinal = 1 AND name = 'level' AND value = 'easy'"))
                    .isEqualTo(1);
            assertThat(store.meanAccuracyOfSubjects(run).orElseThrow())
                    .isEqualTo(count(store, "FROM answers WHERE correct AND run_id = " + run) / 2.0);
        }
    }

    @Test
    void shotsMakePromptsLonger() {
        try (Store store = Store.create(directory.resolve("shots.duckdb"))) {
            long none = sample.run(store, request("none", quiz.limit(13), 0), new Watcher(Integer.MAX_VALUE))
                    .tokens();
            long two = sample.run(store, request("two", quiz.limit(13), 2), new Watcher(Integer.MAX_VALUE))
                    .tokens();
            assertThat(two).isGreaterThan(2 * none);
        }
    }

    @Test
    void progressEndsAtAllTokensAndAllQuestions() throws SQLException {
        try (Store store = Store.create(directory.resolve("progress.duckdb"))) {
            Watcher watcher = new Watcher(Integer.MAX_VALUE);
            RunOutcome outcome = sample.run(store, request("progress", quiz.limit(130), 0), watcher);
            RunProgress last = watcher.seen.get(watcher.seen.size() - 1);
            assertThat(last.tokensDone()).isEqualTo(last.tokens()).isEqualTo(outcome.tokens());
            assertThat(last.questionsDone()).isEqualTo(130);
            assertThat(last.share()).isEqualTo(1);
            assertThat(watcher.seen).extracting(RunProgress::tokensDone).isSorted();
            assertThat(watcher.seen)
                    .extracting(RunProgress::questionsDone)
                    .isSorted()
                    .contains(130);
            assertThat(last.writing().activations()).isEqualTo(count(store, "FROM activations"));
            assertThat(last.writing().shardsWaiting()).isZero();
        }
    }

    private void record(Store store, String name, Quiz some, int shots, Recording recording) {
        RunTask request = new RunTask(name, some, PromptFormat.HENDRYCKS, shots, recording);
        sample.run(store, request, new Watcher(Integer.MAX_VALUE));
    }

    private static final class Unwatched implements WritingListener {
        @Override
        public void written(String file, long bytes) {}

        @Override
        public boolean cancelled() {
            return false;
        }
    }
}
