package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Recording.Probabilities;
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

    @TempDir
    private Path directory;

    @Test
    void findsEveryKindOfDamage() throws Exception {
        record Damage(String sql, String problem) {}
        List<Damage> damages = List.of(
                new Damage(
                        "DELETE FROM answers WHERE question_id = 2",
                        "r: the ledger tells of 4 questions, answers has 3"),
                new Damage("DELETE FROM answers WHERE question_id = 2", "r: question 2 has routing, but no answer"),
                new Damage("DELETE FROM answers WHERE question_id = 2", "r: question 2 of the ledger has no answer"),
                new Damage(
                        "UPDATE run_shards SET question_ids = [1, 3] WHERE shard = 0",
                        "r: question 2 of answers is in no shard of the ledger"),
                new Damage(
                        "UPDATE run_shards SET question_ids = [1, 2, 3] WHERE shard = 0",
                        "r: question 3 is in more than one shard"),
                new Damage("DELETE FROM tokens WHERE rowid = 7", "r: the ledger tells of 160 tokens, tokens has 159"),
                new Damage(
                        "DELETE FROM routing WHERE rowid = 7",
                        "r: the ledger tells of 480 routing rows, routing has 479"),
                new Damage(
                        "INSERT INTO routing FROM routing WHERE rowid = 7",
                        "r: question 1, layer 0 has a position twice or not at all"),
                new Damage(
                        "UPDATE routing SET experts = [8, 1] WHERE rowid = 7",
                        "r: question 1, layer 0 has a value out of range"),
                new Damage(
                        "UPDATE routing SET entropy = 5000 WHERE rowid = 7",
                        "r: question 1, layer 0 has a value out of range"),
                new Damage(
                        "UPDATE routing SET weights = [1, 1] WHERE rowid = 7",
                        "r: question_usage of question 1, layer 0 is not the sum of its activations"),
                new Damage(
                        "UPDATE usage SET n = n + 1 WHERE rowid = 7",
                        "r: question_usage of question 1, layer 0 is not the sum of its activations"),
                new Damage(
                        "UPDATE layer_usage SET n = n + 1 WHERE layer = 1 AND expert = 3 AND scope = 'prompt'",
                        "r: layer_usage of layer 1, expert 3 is not the sum of its activations"),
                new Damage(
                        "UPDATE subject_usage SET weight_sum = 0 WHERE layer = 1 AND expert = 3 AND scope = 'prompt'",
                        "r: subject_usage of birds, layer 1, expert 3 is not the sum of question_usage"),
                new Damage(
                        "UPDATE layer_entropy SET margin_sum = 0 WHERE layer = 2 AND scope = 'prompt'",
                        "r: layer_entropy of layer 2 is not the sum of its tokens"),
                new Damage(
                        "DELETE FROM gates WHERE rowid = 1",
                        "r: question 2, layer 0 has 0 whole gates, 1 are recorded"),
                new Damage(
                        "UPDATE gates SET \"position\" = 3 WHERE rowid = 1",
                        "r: question 2, layer 0 has 1 whole gates, 1 are recorded"),
                new Damage(
                        "UPDATE gates SET gates = list_transform(gates, lambda p: p + 50) WHERE rowid = 1",
                        "r: question 2, layer 0 has a gate that does not sum to 1"),
                new Damage(
                        "DELETE FROM expert_norms WHERE rowid = 1",
                        "r: question 1, layer 0 has 78 norms, 80 are recorded"),
                new Damage(
                        "UPDATE expert_norms SET norms = [1, -1] WHERE rowid = 1",
                        "r: question 1, layer 0 has a norm that none can be"));
        Path sound = write("sound.duckdb");
        for (Damage damage : damages) {
            Path file = Files.copy(sound, directory.resolve("damaged.duckdb"));
            execute(file, damage.sql);
            try (Store store = Store.open(file)) {
                assertThat(store.verify().problems())
                        .as(damage.sql)
                        .anyMatch(problem -> problem.startsWith(damage.problem));
            }
            Files.delete(file);
        }
    }

    @Test
    void hashesTheContentAndNotItsPlace() throws Exception {
        try (Store one = Store.open(write("one.duckdb"));
                Store two = Store.create(directory.resolve("two.duckdb"))) {
            try (RunWriter writer = two.startRun(SHARDS.description(), RandomRun.questions(4))) {
                Shard second = SHARDS.shard(writer, 1, 2, 4);
                writer.write(second);
                writer.write(SHARDS.shard(writer, 0, 0, 2));
                writer.finish(RunStatus.COMPLETE);
            }
            assertThat(two.verify()).isEqualTo(one.verify());
            assertThat(one.verify().problems()).isEmpty();
        }
        for (String change : List.of(
                "UPDATE routing SET margin = margin + 1 WHERE rowid = 3",
                "UPDATE gates SET gates = list_transform(gates, lambda p: p + 1) WHERE rowid = 3",
                "UPDATE expert_norms SET norms = list_transform(norms, lambda x: x + 1) WHERE rowid = 3")) {
            Path changed = Files.copy(directory.resolve("two.duckdb"), directory.resolve("changed.duckdb"));
            execute(changed, change);
            try (Store one = Store.open(directory.resolve("one.duckdb"));
                    Store other = Store.open(changed)) {
                assertThat(other.verify().runs())
                        .as(change)
                        .isNotEqualTo(one.verify().runs());
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
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(SHARDS.description(), RandomRun.questions(4))) {
            writer.write(SHARDS.shard(writer, 0, 0, 2));
            writer.write(SHARDS.shard(writer, 1, 2, 4));
            writer.finish(RunStatus.COMPLETE);
        }
        return file;
    }
}
