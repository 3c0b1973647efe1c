package io.gatehouse.store.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.RandomRun;
import io.gatehouse.store.Rows;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the weights of a checkpoint say, and how long a file keeps it. */
final class TestModelWeights {
    private static final String CHECKPOINT = "c0ffee";

    /** (3, 4), (4, 3) and nothing. */
    private static final GramMatrix THREE = new GramMatrix(new double[][] {{25, 24, 0}, {0, 25, 0}, {0, 0, 0}});

    /** Three vectors of length 1: the same, the same and its opposite; 1.0000000000000002 is what rounding makes of 1. */
    private static final GramMatrix ALIKE =
            new GramMatrix(new double[][] {{1, 1.0000000000000002, -1.0000000000000002}, {0, 1, -1}, {0, 0, 1}});

    @TempDir
    private Path directory;

    @Test
    void normsAndCosinesAreThoseOfTheVectors() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            begin(store, "r", 3);
            store.modelWeights().record(CHECKPOINT, List.of(new LayerWeights(1, THREE, ALIKE, ALIKE, ALIKE)));
            assertThat(Rows.of(store, "FROM model_experts ORDER BY ALL"))
                    .containsExactly("1|1|0|5.0|1.0|1.0|1.0", "1|1|1|5.0|1.0|1.0|1.0", "1|1|2|0.0|1.0|1.0|1.0");
            assertThat(Rows.of(store, "SELECT * EXCLUDE fingerprint FROM expert_weight_pairs ORDER BY ALL"))
                    .as("24 / 25; no angle to nothing; no cosine above 1")
                    .containsExactly(
                            "1|0|1|0.96|1.0|1.0|1.0", "1|0|2|null|-1.0|-1.0|-1.0", "1|1|2|null|-1.0|-1.0|-1.0");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void allRunsOfTheCheckpointShareThem() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            begin(store, "one", 8);
            begin(store, "two", 8);
            String hash = store.verify().runs().get(0).hash();
            store.modelWeights().record(CHECKPOINT, RandomRun.weights(3, 8));
            store.modelWeights().record(CHECKPOINT, RandomRun.weights(3, 8));
            assertThat(store.modelWeights().runs(CHECKPOINT)).containsExactly("one", "two");
            assertThat(Rows.of(store, "SELECT run_id, count(*) FROM model_experts GROUP BY ALL ORDER BY ALL"))
                    .as("what is read again takes the place of what was there")
                    .containsExactly("1|24", "2|24");
            assertThat(Rows.count(store, "SELECT count(*) FROM expert_weight_pairs"))
                    .isEqualTo(3 * 8 * 7 / 2);
            assertThat(store.verify().runs().get(0).hash())
                    .as("they are no part of what a run holds")
                    .isEqualTo(hash);
            store.deleteRun("one");
            assertThat(Rows.count(store, "SELECT count(*) FROM expert_weights")).isEqualTo(24);
            store.deleteRun("two");
            assertThat(Rows.count(store, "SELECT count(*) FROM expert_weights")).isZero();
            assertThat(Rows.count(store, "SELECT count(*) FROM expert_weight_pairs"))
                    .isZero();
        }
    }

    @Test
    void compactingKeepsThem() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            begin(store, "r", 8);
            store.modelWeights().record(CHECKPOINT, RandomRun.weights(3, 8));
        }
        Store.compact(file);
        try (Store store = Store.open(file)) {
            assertThat(Rows.count(store, "SELECT count(*) FROM model_experts")).isEqualTo(24);
        }
    }

    @Test
    void weightsOfNoRunAreRefused() {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            begin(store, "r", 8);
            assertThatThrownBy(() -> store.modelWeights().record("beef", RandomRun.weights(3, 8)))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessageEndingWith("holds no run of checkpoint beef.")
                    .extracting(e -> ((GatehouseException) e).code())
                    .isEqualTo(ErrorCode.RUN_NOT_FOUND);
        }
    }

    @Test
    void anImportedRunIsOfTheCheckpointThatItIsSaidToBeOf() throws Exception {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            ExpertCounts counts = new ExpertCounts(Optional.empty(), 1, new long[] {1, 2, 3, 0});
            store.importRun(
                    ImportedRun.of("imported", "imatrix", "m", 2, 4, 2, Map.of(), List.of(), List.of(counts)), "test");
            ModelWeights weights = store.modelWeights();
            assertThatThrownBy(() -> weights.assign("none", CHECKPOINT, 2, 4))
                    .hasMessageEndingWith("holds no run named \"none\".");
            assertThatThrownBy(() -> weights.assign("imported", CHECKPOINT, 1, 4))
                    .hasMessage("Run \"imported\" was not recorded with this checkpoint: it has 2 layers of 4 experts,"
                            + " the checkpoint has 1 of 4.");
            assertThatThrownBy(() -> weights.assign("imported", CHECKPOINT, 2, 8))
                    .hasMessageEndingWith("it has 2 layers of 4 experts, the checkpoint has 2 of 8.");
            weights.assign("imported", CHECKPOINT, 2, 4);
            weights.record(CHECKPOINT, RandomRun.weights(2, 4));
            assertThat(Rows.of(
                            store,
                            "SELECT activations, router_norm FROM experts JOIN model_experts USING (run_id, layer, expert)"
                                    + " ORDER BY expert"))
                    .containsExactly("1|1.0", "2|1.4142135623730951", "3|1.7320508075688772", "0|2.0");
            assertThat(store.definition(1)).containsEntry("fingerprint", CHECKPOINT);
            assertThat(store.verify().problems()).isEmpty();
            weights.assign("imported", CHECKPOINT, 2, 4);
            assertThatThrownBy(() -> weights.assign("imported", "beef", 2, 4))
                    .hasMessageEndingWith("it is of checkpoint c0ffee.");
        }
    }

    private static void begin(Store store, String name, int experts) {
        store.startRun(RandomRun.description(name, 3, experts, 2, Scope.PROMPT), RandomRun.questions(1))
                .close();
    }
}
