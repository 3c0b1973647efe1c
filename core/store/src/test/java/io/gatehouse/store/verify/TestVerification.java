package io.gatehouse.store.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.RunCatalog;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestVerification {
    private static final RandomRun SHARDS = new RandomRun(
            RandomRun.description("r", 3, 8, 2, new Recording(Scope.PROMPT, Probabilities.LAST_PROMPT, true)), 40, 3);

    private static final RandomRun TEXTS = new RandomRun(
            RandomRun.description("r", 3, 8, 2, Scope.PROMPT).withGeneration(new Generation(9, Generation.GREEDY)),
            40,
            3);

    @TempDir
    private Path directory;

    /** Some damage, and all that is to be said of it: how each problem begins. */
    private record Damage(String sql, List<String> problems) {
        static Damage of(String sql, String... problems) {
            return new Damage(sql, List.of(problems));
        }
    }

    /** One for each rule of verify.sql that breaks it alone, or with those that cannot be kept then. */
    private static final List<Damage> DAMAGES = List.of(
            Damage.of(
                    "UPDATE run_shards SET questions = questions + 1 WHERE shard = 0",
                    "the ledger lists 5 questions, answers has 4"),
            Damage.of(
                    "UPDATE run_shards SET tokens = tokens + 1 WHERE shard = 0",
                    "the ledger lists 161 tokens, tokens has 160"),
            Damage.of(
                    "UPDATE run_shards SET routing_rows = routing_rows + 1 WHERE shard = 0",
                    "the ledger lists 481 routing rows, routing has 480"),
            Damage.of(
                    "UPDATE run_shards SET question_ids = [1, 2, 9] WHERE shard = 0",
                    "question 9 of the ledger has no answer"),
            Damage.of(
                    "UPDATE run_shards SET question_ids = [1] WHERE shard = 0",
                    "question 2 of answers is in no shard of the ledger"),
            Damage.of(
                    "UPDATE run_shards SET question_ids = [1, 2, 3] WHERE shard = 0",
                    "question 3 is in more than one shard"),
            Damage.of(
                    "DELETE FROM answers WHERE question_id = 2",
                    "outcome_usage of layer 0, expert 0 is not the sum of question_usage, and",
                    "question 2 has routing, but no answer, and 5 like it",
                    "question 2 has tokens, but no answer, and 39 like it",
                    "question 2 of the ledger has no answer",
                    "the ledger lists 4 questions, answers has 3"),
            Damage.of(
                    "INSERT INTO answers FROM answers WHERE question_id = 2",
                    "outcome_usage of layer 0, expert 0 is not the sum of question_usage, and",
                    "question 2 has more than one answer",
                    "the ledger lists 4 questions, answers has 5"),
            Damage.of(
                    "INSERT INTO questions FROM questions WHERE question_id = 2",
                    "outcome_usage of layer 0, expert 0 is not the sum of question_usage, and",
                    "question 2 of answers is in questions more than once",
                    "subject_usage of birds, layer 0, expert 0 is not the sum of question_usage, and"),
            Damage.of(
                    "INSERT INTO runs FROM runs",
                    "it is in runs more than once, and",
                    "question 1, layer 0 has 1 whole gates instead of 2, and",
                    "question 1, layer 0 has 80 norms instead of 160, and"),
            Damage.of("""
                    INSERT INTO runs SELECT * REPLACE (run_id + 1 AS run_id) FROM runs;
                    INSERT INTO layers SELECT * REPLACE (run_id + 1 AS run_id) FROM layers""", "its name is that of run 1"),
            Damage.of(
                    "UPDATE questions SET question_id = 9 WHERE question_id = 2",
                    "question 2 of answers is not in questions",
                    "outcome_usage of layer 0, expert 0 is not the sum of question_usage, and",
                    "subject_usage of birds, layer 0, expert 0 is not the sum of question_usage, and"),
            Damage.of("DELETE FROM tokens WHERE rowid = 7", "the ledger lists 160 tokens, tokens has 159"),
            Damage.of("INSERT INTO tokens FROM tokens WHERE rowid = 7", "the ledger lists 160 tokens, tokens has 161"),
            Damage.of(
                    "UPDATE decisions SET \"position\" = 8 WHERE rowid = 7",
                    "question 1, layer 0 has 80 norms instead of 80",
                    "question 1, layer 0 has a missing or repeated position"),
            Damage.of(
                    "UPDATE decisions SET is_last_prompt = true WHERE rowid = 7",
                    "layer_entropy of layer 0 is not the sum of its tokens, and 1 like it",
                    "layer_usage of layer 0",
                    "question 1, layer 0 has 2 last tokens",
                    "question 1, layer 0 has 1 whole gates instead of 2",
                    "question 1, layer 0 has a missing or repeated position, and 1 like it",
                    "question_usage of question 1, layer 0 is not the sum of its activations, and 1 like it"),
            Damage.of(
                    "UPDATE decisions SET is_generated = true WHERE rowid = 7",
                    "layer_entropy of layer 0 is not the sum of its tokens, and 1 like it",
                    "layer_usage of layer 0",
                    "question 1, layer 0 has a missing or repeated position",
                    "question_usage of question 1, layer 0 is not the sum of its activations, and 1 like it"),
            Damage.of(
                    "UPDATE tokens SET is_last_prompt = false WHERE question_id = 1",
                    "question 1 of tokens has 0 last prompt tokens"),
            Damage.of(
                    "UPDATE tokens SET phase = 'generated' WHERE question_id = 2 AND is_last_prompt",
                    "question 2 of tokens has a token that cannot be of phase generated",
                    "question 2 has 1 generated tokens, its text has 0"),
            Damage.of(
                    "UPDATE runs SET top_k = 1; UPDATE layers SET top_k = 1",
                    "question 1, layer 0 has a value out of range, and 23 like it"),
            Damage.of(
                    "UPDATE layers SET top_k = 1 WHERE layer = 1",
                    "question 1, layer 1 has a value out of range, and 7 like it"),
            Damage.of(
                    "UPDATE runs SET top_k = 3",
                    "runs says 3 layers of up to 8 experts and top-k 3, layers has 3 of up to 8 and 2"),
            Damage.of(
                    "DELETE FROM layers WHERE layer = 1",
                    "layer 1 has 8 rows of experts, the layer has 0 experts, and 1 like it",
                    "layer 1 has weights, and the model has no such layer",
                    "runs says 3 layers of up to 8 experts and top-k 2, layers has 2 of up to 8 and 2"),
            Damage.of(
                    "INSERT INTO layers FROM layers WHERE layer = 0",
                    "runs says 3 layers of up to 8 experts and top-k 2, layers has 4 of up to 8 and 2"),
            Damage.of(
                    "UPDATE layers SET kind = 'dense' WHERE layer = 2",
                    "layer 2 of layers is of kind dense with 8 experts and top-k 2"),
            Damage.of(
                    "UPDATE layers SET kind = 'dense', experts = NULL, top_k = NULL, router = NULL WHERE layer = 2",
                    "layer 2 has 8 rows of experts, the layer has 0 experts, and 1 like it",
                    "layer 2 has weights of 8 experts and 28 pairs of them, the layer has 0 experts"),
            Damage.of(
                    "UPDATE layers SET kind = NULL, experts = NULL, top_k = NULL, router = 'softmax' WHERE layer = 2",
                    "layer 2 has 8 rows of experts, the layer has 0 experts, and 1 like it",
                    "layer 2 of layers is of kind NULL with NULL experts and top-k NULL"),
            Damage.of(
                    "UPDATE runs SET experts = 7; UPDATE layers SET experts = 7",
                    "layer 0 has 8 rows of experts, the layer has 7 experts, and 5 like it",
                    "layer 0 has weights of 8 experts and 28 pairs of them, the layer has 7 experts, and 2 like it",
                    "question 1, layer 0 has a value out of range, and"),
            Damage.of("""
                    UPDATE decisions SET entropy = entropy + 3000 WHERE rowid IN (7, 8);
                    UPDATE layer_entropy SET entropy_sum = entropy_sum + 6000 / 1024.0
                    WHERE layer = 0 AND NOT is_last_prompt""", "question 1, layer 0 has a value out of range"),
            Damage.of("""
                    UPDATE decisions SET margin = margin + 2000000 WHERE rowid = 7;
                    UPDATE layer_entropy SET margin_sum = margin_sum + 2000000 / 1048576.0
                    WHERE layer = 0 AND NOT is_last_prompt""", "question 1, layer 0 has a value out of range"),
            Damage.of(
                    "UPDATE usage SET question_id = 1 WHERE question_id = 2 AND layer = 2 AND is_last_prompt",
                    "outcome_usage of layer 2",
                    "question_usage of question 1, layer 2 is not the sum of its activations, and 1 like it"),
            Damage.of(
                    "UPDATE layer_usage SET n = n + 1 WHERE layer = 1 AND expert = 3 AND NOT is_last_prompt",
                    "experts of layer 1, expert 3 is not the sum of layer_usage",
                    "layer_usage of layer 1, expert 3 is not the sum of its activations",
                    "layer_usage of layer 1, expert 3 is not the sum of question_usage"),
            Damage.of(
                    "UPDATE subject_usage SET weight_sum = 0 WHERE layer = 1 AND expert = 3 AND NOT is_last_prompt",
                    "subject_usage of birds, layer 1, expert 3 is not the sum of question_usage"),
            Damage.of(
                    "UPDATE outcome_usage SET n = n + 1 WHERE layer = 1 AND expert = 3 AND NOT is_last_prompt AND correct",
                    "outcome_usage of layer 1, expert 3 is not the sum of question_usage"),
            Damage.of(
                    "UPDATE layer_usage SET weight_min = 0 WHERE layer = 1 AND expert = 3 AND NOT is_last_prompt",
                    "layer_usage of layer 1, expert 3 is not the sum of its activations",
                    "layer_usage of layer 1, expert 3 is not the rollup of subject_usage"),
            Damage.of(
                    "UPDATE experts SET activations = activations + 1 WHERE layer = 1 AND expert = 3",
                    "experts of layer 1, expert 3 is not the sum of layer_usage, and 1 like it"),
            Damage.of(
                    "UPDATE experts SET weight_sum = NULL WHERE layer = 1 AND expert = 3 AND scope = 'prompt'",
                    "experts of layer 1, expert 3 is not the sum of layer_usage"),
            Damage.of(
                    "DELETE FROM experts WHERE layer = 1 AND expert = 3 AND scope = 'prompt'",
                    "experts of layer 1, expert 3 is not the sum of layer_usage",
                    "layer 1 has 7 rows of experts, the layer has 8 experts"),
            Damage.of(
                    "INSERT INTO experts FROM experts WHERE layer = 1 AND expert = 3 AND scope = 'prompt'",
                    "layer 1 has 9 rows of experts, the layer has 8 experts"),
            Damage.of(
                    "UPDATE subject_usage SET weight_max = 1 WHERE layer = 1 AND expert = 3 AND NOT is_last_prompt",
                    "layer_usage of layer 1, expert 3 is not the rollup of subject_usage"),
            Damage.of(
                    "UPDATE layer_entropy SET margin_sum = 0 WHERE layer = 2 AND NOT is_last_prompt",
                    "layer_entropy of layer 2 is not the sum of its tokens"),
            Damage.of("DELETE FROM gates WHERE rowid = 1", "question 2, layer 0 has 0 whole gates instead of 1"),
            Damage.of(
                    "UPDATE gates SET \"position\" = 3 WHERE rowid = 1",
                    "question 2, layer 0 has 1 whole gates instead of 1"),
            Damage.of(
                    "UPDATE gates SET gates = list_transform(gates, lambda p: p + 50) WHERE rowid = 1",
                    "question 2, layer 0 has a gate that does not sum to 1"),
            Damage.of("DELETE FROM expert_norms WHERE rowid = 1", "question 1, layer 0 has 78 norms instead of 80"),
            Damage.of(
                    "UPDATE expert_norms SET norms = [1, -1] WHERE rowid = 1",
                    "question 1, layer 0 has an invalid norm"),
            Damage.of(
                    "DELETE FROM expert_weights WHERE layer = 1 AND expert = 7",
                    "layer 1 has weights of 7 experts and 28 pairs of them, the layer has 8 experts"),
            Damage.of(
                    "DELETE FROM expert_weights WHERE layer = 1",
                    "layer 1 has weights of 0 experts and 28 pairs of them, the layer has 8 experts"),
            Damage.of(
                    "UPDATE expert_weights SET expert = 3 WHERE layer = 1 AND expert = 2",
                    "layer 1 has weights of 7 experts and 28 pairs of them, the layer has 8 experts"),
            Damage.of(
                    "DELETE FROM expert_weight_pairs WHERE layer = 1 AND expert = 2",
                    "layer 1 has weights of 8 experts and 23 pairs of them, the layer has 8 experts"),
            Damage.of(
                    "INSERT INTO expert_weight_pairs FROM expert_weight_pairs WHERE layer = 1 AND expert = 2",
                    "layer 1 has weights of 8 experts and 28 pairs of them, the layer has 8 experts"),
            Damage.of(
                    "INSERT INTO expert_weights SELECT * REPLACE (99 AS layer) FROM expert_weights WHERE layer = 1",
                    "layer 99 has weights, and the model has no such layer"),
            Damage.of(
                    "UPDATE expert_weights SET up_proj_norm = -1 WHERE layer = 2 AND expert = 2",
                    "layer 2 has an invalid norm of weights"),
            Damage.of(
                    "UPDATE expert_weights SET up_proj_norm = 'NaN' WHERE layer = 2 AND expert = 2",
                    "layer 2 has an invalid norm of weights"),
            Damage.of(
                    "UPDATE expert_weight_pairs SET down_proj_cosine = -1.5 WHERE layer = 2 AND expert = 2",
                    "layer 2 has an invalid cosine of weights"));

    /** The same for a run that generated text: 2, 3, 4 and 5 tokens after its four prompts. */
    private static final List<Damage> DAMAGES_OF_TEXTS = List.of(
            Damage.of(
                    "UPDATE generations SET tokens = 3 WHERE question_id = 1",
                    "question 1 has 2 generated tokens, its text has 3"),
            Damage.of(
                    "INSERT INTO generations SELECT * REPLACE (0 AS tokens) FROM generations WHERE question_id = 2",
                    "question 2 has more than one text of sample 0"),
            Damage.of(
                    "DELETE FROM generations WHERE question_id = 3",
                    "question 3 has 4 generated tokens, its text has 0",
                    "question 3 has an answer, but no generated text"),
            Damage.of(
                    "UPDATE generations SET question_id = 9 WHERE question_id = 3",
                    "question 9 has a text, but no answer",
                    "question 3 has 4 generated tokens, its text has 0",
                    "question 3 has an answer, but no generated text"),
            Damage.of(
                    "DELETE FROM decisions WHERE is_generated AND question_id = 4 AND position = 41",
                    "question 4, layer 0 has a missing or repeated position"));

    @Test
    void findsEveryKindOfDamage() throws Exception {
        findsEach(DAMAGES, write("sound.duckdb"));
    }

    @Test
    void findsEveryKindOfDamageOfTexts() throws Exception {
        Path sound = directory.resolve("texts.duckdb");
        try (Store store = Store.create(sound)) {
            write(store, TEXTS);
            assertThat(store.verify().problems()).isEmpty();
            assertThat(Rows.of(store, "SELECT max_new_tokens, sampling FROM runs"))
                    .containsExactly("9|greedy");
            assertThat(Rows.of(store, """
                            SELECT question_id, text, tokens, finish_reason, extracted, correct, seconds
                            FROM generations ORDER BY ALL"""))
                    .containsExactly(
                            "1|ü日 1|2|length|C|null|0.007",
                            "2|ü日 2|3|length|C|true|0.014",
                            "3|ü日 3|4|length|null|null|0.021",
                            "4|ü日 4|5|length|C|true|0.028");
            assertThat(Rows.of(store, """
                            SELECT segment, position, phase, log_probability IS NULL FROM tokens
                            WHERE question_id = 1 AND position >= 39 ORDER BY position"""))
                    .containsExactly(
                            "null|39|prompt|true", "reasoning|40|generated|false", "answer|41|generated|false");
            assertThat(Rows.of(store, "SELECT scope, sum(activations) FROM experts GROUP BY scope ORDER BY scope"))
                    .containsExactly(
                            "generated|" + 3 * 2 * (1 + 2 + 3 + 4),
                            "last_prompt|" + 3 * 2 * 4,
                            "prompt|" + 3 * 2 * 4 * 40);
        }
        // What follows from a missing decision is every sum of it, too.
        Path file = Files.copy(sound, directory.resolve("missing.duckdb"));
        execute(file, DAMAGES_OF_TEXTS.get(DAMAGES_OF_TEXTS.size() - 1).sql);
        try (Store store = Store.open(file)) {
            assertThat(store.verify().problems())
                    .anyMatch(problem -> problem.contains("has a missing or repeated position"));
        }
        findsEach(DAMAGES_OF_TEXTS.subList(0, DAMAGES_OF_TEXTS.size() - 1), sound);
    }

    /** Does each in a transaction that verifies, as {@link Store#verify} does, and undoes it: files take longer. */
    private static void findsEach(List<Damage> damages, Path sound) throws Exception {
        try (Store store = Store.open(sound);
                Connection connection = store.reader();
                Statement statement = connection.createStatement()) {
            for (Damage damage : damages) {
                statement.execute("BEGIN TRANSACTION");
                try {
                    statement.execute(damage.sql);
                    List<String> problems = new Verifier(connection)
                            .verify(RunCatalog.runs(connection))
                            .problems();
                    assertThat(problems).as(damage.sql).hasSameSizeAs(damage.problems);
                    for (String problem : damage.problems) {
                        assertThat(problems).as(damage.sql).anyMatch(found -> found.startsWith("r: " + problem));
                    }
                } finally {
                    statement.execute("ROLLBACK");
                }
            }
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void findsRowsOfARunThatIsNotThere() throws Exception {
        Path file = write("sound.duckdb");
        execute(file, "DELETE FROM runs; INSERT INTO notes VALUES (7, NULL, 1, 0, 0, 'x', '', now()::TIMESTAMP)");
        try (Store store = Store.open(file)) {
            assertThat(store.verify().problems())
                    .contains("no run: note 7 is about no run of the file")
                    .anyMatch(problem -> problem.startsWith("run 1: a run of answers is not in runs"))
                    .anyMatch(problem -> problem.startsWith("no run: layer 0 has weights of a checkpoint"));
        }
    }

    @Test
    void hashesTheContentAndNotItsPlace() throws Exception {
        Verification content;
        try (Store one = Store.open(write("one.duckdb"));
                Store two = Store.create(directory.resolve("two.duckdb"))) {
            try (RunWriter writer = two.startRun(SHARDS.description(), RandomRun.questions(4))) {
                Shard second = SHARDS.shard(writer, 1, 2, 4);
                writer.write(second);
                writer.write(SHARDS.shard(writer, 0, 0, 2));
                writer.finish(RunStatus.COMPLETE);
            }
            content = one.verify();
            assertThat(two.verify()).isEqualTo(content);
            assertThat(content.problems()).isEmpty();
        }
        for (String change : List.of(
                "UPDATE decisions SET margin = margin + 1 WHERE rowid = 3",
                "UPDATE decisions SET is_generated = true WHERE rowid = 3",
                "UPDATE tokens SET phase = 'generated' WHERE rowid = 3",
                "UPDATE gates SET gates = list_transform(gates, lambda p: p + 1) WHERE rowid = 3",
                "UPDATE expert_norms SET norms = list_transform(norms, lambda x: x + 1) WHERE rowid = 3")) {
            Path changed = Files.copy(directory.resolve("two.duckdb"), directory.resolve("changed.duckdb"));
            execute(changed, change);
            try (Store other = Store.open(changed)) {
                assertThat(other.verify().runs()).as(change).isNotEqualTo(content.runs());
            }
            Files.delete(changed);
        }
    }

    @Test
    void deletesARunWhollyAndGivesItsSpaceBack() throws Exception {
        Path file = write("a.duckdb");
        Recording recording = new Recording(Scope.PROMPT, Probabilities.LAST_PROMPT, true);
        RandomRun large = new RandomRun(RandomRun.description("large", 8, 64, 8, recording), 400, 3);
        try (Store store = Store.open(file);
                RunWriter writer = store.startRun(large.description(), RandomRun.questions(40))) {
            writer.write(large.shard(writer, 0, 0, 40));
        }
        long before = Files.size(file);
        try (Store store = Store.open(file)) {
            Verification whole = store.verify();
            store.deleteRun("large");
            assertThat(store.verify().runs()).containsExactly(whole.runs().get(0));
            assertThat(store.verify().problems()).isEmpty();
            for (String table : List.of(
                    "routing", "usage", "tokens", "gates", "expert_norms", "run_definitions", "layer_entropy")) {
                assertThat(Rows.of(store, "SELECT DISTINCT run_id FROM " + table))
                        .containsExactly("1");
            }
        }
        Store.compact(file);
        assertThat(Files.size(file)).isLessThan(before / 2);
        assertThat(directory.toFile().list()).containsExactly("a.duckdb");
        try (Store store = Store.open(file)) {
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.runs()).extracting(RunSummary::name).containsExactly("r");
        }
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Path write(String name) {
        Path file = directory.resolve(name);
        try (Store store = Store.create(file)) {
            write(store, SHARDS);
        }
        return file;
    }

    private static void write(Store store, RandomRun run) {
        try (RunWriter writer = store.startRun(run.description(), RandomRun.questions(4))) {
            writer.write(run.shard(writer, 0, 0, 2));
            writer.write(run.shard(writer, 1, 2, 4));
            writer.finish(RunStatus.COMPLETE);
        }
        store.modelWeights().record("c0ffee", RandomRun.weights(3, 8));
    }
}
