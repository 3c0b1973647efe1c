package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.store.write.AnswerRow;
import io.gatehouse.store.write.RoutingColumns;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.store.write.Shard;
import io.gatehouse.store.write.TokenColumns;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The view {@code experts}: a grid without holes. */
final class TestExperts {
    @TempDir
    private Path directory;

    @Test
    void showsExpertsThatNeverFiredAsZero() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            write(store, RandomRun.description("r", 4, 4, 2, Scope.PROMPT), new boolean[] {false, false, true});
            assertThat(Rows.of(store, "SELECT scope, layer, expert, activations, weight_sum FROM experts ORDER BY ALL"))
                    .containsExactly(
                            "last_prompt|1|0|1|0.5",
                            "last_prompt|1|1|0|0.0",
                            "last_prompt|1|2|0|0.0",
                            "last_prompt|1|3|1|0.25",
                            "last_prompt|3|0|1|0.5",
                            "last_prompt|3|1|0|0.0",
                            "last_prompt|3|2|0|0.0",
                            "last_prompt|3|3|1|0.25",
                            "prompt|1|0|3|1.5",
                            "prompt|1|1|2|0.5",
                            "prompt|1|2|0|0.0",
                            "prompt|1|3|1|0.25",
                            "prompt|3|0|3|1.5",
                            "prompt|3|1|2|0.5",
                            "prompt|3|2|0|0.0",
                            "prompt|3|3|1|0.25");
        }
    }

    @Test
    void hasNoScopeThatTheRunDidNotRecord() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            write(store, RandomRun.description("r", 4, 4, 2, Scope.LAST_PROMPT), new boolean[] {true});
            assertThat(Rows.of(
                            store,
                            "SELECT scope, layer, count(*), sum(activations) FROM experts GROUP BY ALL ORDER BY ALL"))
                    .containsExactly("last_prompt|1|4|2", "last_prompt|3|4|2");
        }
    }

    /** A source that does not say the last token does not say that no expert fired at it. */
    @Test
    void hasNoLastTokensThatAnImportedRunDoesNotSay() throws Exception {
        float[] unknown = {};
        TracedLayer whole = new TracedLayer(0, 1, new int[] {0, 1}, new int[] {0, 1}, true, unknown, unknown);
        TracedLayer cut = new TracedLayer(1, 1, new int[] {0}, new int[] {0}, true, unknown, unknown);
        TracedSequence sequence =
                new TracedSequence("q", Optional.empty(), "", new int[] {7, 8}, 2, List.of(whole, cut));
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            store.importRun(ImportedRun.of("r", "vllm", "m", 2, 3, 1, Map.of(), List.of(sequence), List.of()), "test");
            assertThat(Rows.of(store, "SELECT scope, layer, expert, activations FROM experts ORDER BY ALL"))
                    .containsExactly(
                            "last_prompt|0|0|0",
                            "last_prompt|0|1|1",
                            "last_prompt|0|2|0",
                            "prompt|0|0|1",
                            "prompt|0|1|1",
                            "prompt|0|2|0",
                            "prompt|1|0|1",
                            "prompt|1|1|0",
                            "prompt|1|2|0");
            assertThat(store.unusedExperts(1, Scope.LAST_PROMPT)).isEqualTo(Map.of(0, List.of(0, 2)));
            assertThat(store.unusedExperts(1, Scope.PROMPT)).isEqualTo(Map.of(0, List.of(2), 1, List.of(1, 2)));
        }
    }

    @Test
    void keepsRunsApart() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            write(store, RandomRun.description("one", 4, 4, 2, Scope.LAST_PROMPT), new boolean[] {true});
            write(store, RandomRun.description("two", 4, 8, 2, Scope.PROMPT), new boolean[] {false, true});
            assertThat(Rows.of(
                            store,
                            "SELECT run_id, scope, count(*), sum(activations) FROM experts GROUP BY ALL ORDER BY ALL"))
                    .containsExactly("1|last_prompt|8|4", "2|last_prompt|16|4", "2|prompt|16|8");
        }
    }

    /**
     * One question through the expert layers 1 and 3 of four. Every token goes to expert 0 with weight 0.5, the last
     * one also to expert 3 and all others to expert 1, with weight 0.25.
     */
    private static void write(Store store, RunDescription run, boolean[] last) {
        int rows = last.length;
        int[] questionIds = new int[rows];
        int[] positions = new int[rows];
        short[] experts = new short[2 * rows];
        float[] weights = new float[2 * rows];
        float[] ones = new float[rows];
        String[] texts = new String[rows];
        try (RunWriter writer = store.startRun(run, RandomRun.questions(1))) {
            for (int row = 0; row < rows; row++) {
                questionIds[row] = writer.questionId(0);
                positions[row] = row;
                experts[2 * row + 1] = (short) (last[row] ? 3 : 1);
                weights[2 * row] = 0.5f;
                weights[2 * row + 1] = 0.25f;
                ones[row] = 1;
                texts[row] = "t";
            }
            List<RoutingColumns> routing = List.of(
                    new RoutingColumns(1, 2, questionIds, positions, last, experts, weights, ones, ones, ones, ones),
                    new RoutingColumns(3, 2, questionIds, positions, last, experts, weights, ones, ones, ones, ones));
            TokenColumns tokens = new TokenColumns(questionIds, positions, last, positions, texts);
            AnswerRow answer = new AnswerRow(writer.questionId(0), 'A', true, ones, 1, "A", rows);
            writer.write(new Shard(0, routing, List.of(tokens), List.of(answer)));
            writer.finish(RunStatus.COMPLETE);
        }
    }
}
