package io.gatehouse.store.write;

import static io.gatehouse.store.RandomRun.description;
import static io.gatehouse.store.RandomRun.questions;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run keeps in sums is what its facts sum up to. */
final class TestRollup {
    private static final long SEED = 20_261_124;

    @TempDir
    private Path directory;

    @Test
    void sumsTheRollupOfEachQuestionOverItsFacts() throws Exception {
        RandomRun shards = new RandomRun(description("r", 3, 8, 2, Scope.PROMPT), 50, SEED);
        try (Store store = create();
                RunWriter writer = store.startRun(shards.description(), questions(8))) {
            writer.write(shards.shard(writer, 0, 0, 5));
            writer.write(shards.shard(writer, 1, 5, 8));
            assertThat(Rows.count(store, "SELECT count(*) FROM question_usage")).isGreaterThan(8 * 3 * 8);
            assertThat(Rows.of(store, """
                            WITH facts AS (
                                SELECT run_id, question_id, layer, expert, phase, is_last_prompt, count(*) AS n,
                                    sum(weight::DOUBLE) AS weight_sum
                                FROM activations GROUP BY ALL
                            )
                            FROM question_usage AS u
                            FULL JOIN facts AS f USING (run_id, question_id, layer, expert, phase, is_last_prompt)
                            WHERE u.n IS DISTINCT FROM f.n OR u.weight_sum IS DISTINCT FROM f.weight_sum""")).isEmpty();
        }
    }

    @Test
    void sumsTheDerivedRollupsOverAllShards() throws Exception {
        RandomRun shards = new RandomRun(description("r", 3, 8, 2, Scope.PROMPT), 50, SEED);
        List<QuestionRow> questions = new ArrayList<>(questions(5));
        questions.add(RandomRun.question("fish", 1));
        questions.add(RandomRun.question("fish", 2));
        questions.add(RandomRun.question("birds", 6));
        try (Store store = create();
                RunWriter other = store.startRun(description("other", 3, 8, 2, Scope.PROMPT), questions);
                RunWriter writer = store.startRun(shards.description(), questions)) {
            other.write(shards.shard(other, 0, 0, 8));
            writer.write(shards.shard(writer, 0, 0, 3));
            writer.write(shards.shard(writer, 1, 3, 8));
            assertThat(Rows.of(store, """
                            WITH facts AS (
                                SELECT a.run_id, q.subject, layer, expert, phase, is_last_prompt, count(*) AS n,
                                    sum(weight::DOUBLE) AS weight_sum, sum(weight::DOUBLE * weight) AS weight_square_sum,
                                    min(weight) AS weight_min, max(weight) AS weight_max
                                FROM activations AS a JOIN questions AS q USING (question_id) GROUP BY ALL
                            )
                            (FROM subject_usage EXCEPT FROM facts) UNION ALL (FROM facts EXCEPT FROM subject_usage)""")).isEmpty();
            assertThat(Rows.of(store, """
                            WITH facts AS (
                                SELECT run_id, layer, expert, phase, is_last_prompt, count(*) AS n,
                                    sum(weight::DOUBLE) AS weight_sum, sum(weight::DOUBLE * weight) AS weight_square_sum,
                                    min(weight) AS weight_min, max(weight) AS weight_max
                                FROM activations GROUP BY ALL
                            )
                            (FROM layer_usage EXCEPT FROM facts) UNION ALL (FROM facts EXCEPT FROM layer_usage)""")).isEmpty();
            assertThat(Rows.of(store, """
                            WITH facts AS (
                                SELECT a.run_id, q.answer, w.correct, layer, expert, phase, is_last_prompt, count(*) AS n,
                                    sum(weight::DOUBLE) AS weight_sum
                                FROM activations AS a
                                JOIN questions AS q USING (question_id)
                                JOIN answers AS w USING (run_id, question_id)
                                GROUP BY ALL
                            )
                            (FROM outcome_usage EXCEPT FROM facts) UNION ALL (FROM facts EXCEPT FROM outcome_usage)""")).isEmpty();
            assertThat(Rows.count(store, "SELECT count(DISTINCT correct) FROM outcome_usage"))
                    .isEqualTo(2);
            assertThat(Rows.of(store, """
                            WITH facts AS (
                                SELECT run_id, layer, phase, is_last_prompt, count(*) AS n, sum(entropy::DOUBLE) AS entropy_sum,
                                    sum(mass::DOUBLE) AS mass_sum, sum(margin::DOUBLE) AS margin_sum
                                FROM token_routing GROUP BY ALL
                            ),
                            kept AS (SELECT * EXCLUDE (top_k_entropy_sum) FROM layer_entropy)
                            (FROM kept EXCEPT FROM facts) UNION ALL (FROM facts EXCEPT FROM kept)""")).isEmpty();
            assertThat(Rows.count(store, "SELECT count(DISTINCT subject) FROM subject_usage"))
                    .isEqualTo(2);
        }
    }

    @Test
    void takesNoMoreMemoryThanIsReserved() {
        for (int tokens : new int[] {1, 2, 50}) {
            RandomRun shards = new RandomRun(description("r", 3, 8, 2, Scope.PROMPT), tokens, SEED);
            try (Store store = Store.create(directory.resolve(tokens + ".duckdb"));
                    RunWriter writer = store.startRun(shards.description(), questions(8))) {
                ShardRows rows = writer.prepare(shards.shard(writer, 0, 0, 8));
                long reserved = rows.routing().stream()
                        .mapToLong(segment -> ShardSums.maxBytes(2 * segment.rows(), 8))
                        .sum();
                assertThat(rows.sums().bytes()).isPositive().isLessThanOrEqualTo(reserved);
            }
        }
    }

    private Store create() {
        return Store.create(directory.resolve("a.duckdb"));
    }
}
