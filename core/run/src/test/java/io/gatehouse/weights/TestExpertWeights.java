package io.gatehouse.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.weights.GramMatrix;
import io.gatehouse.store.weights.LayerWeights;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.StoredValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TestExpertWeights {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root", "..")).resolve("core/sample/model");

    @TempDir
    private Path directory;

    /**
     * Router rows (3 4), (4 -3) and (0 0). Gate projections (1 2), (2 4) and (-2 -4); up projections (1 0), (0 1) and
     * (1 1); down projections (.5 .5), (2 2) and (0 0).
     */
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void productsAreThoseOfTheVectors(DType type) throws Exception {
        Path model = new HandMadeCheckpoint(type)
                .router(3, 4, 4, -3, 0, 0)
                .expert(0, 1, 2, 1, 0, 0.5f, 0.5f)
                .expert(1, 2, 4, 0, 1, 2, 2)
                .expert(2, -2, -4, 1, 1, 0, 0)
                .write(directory);
        List<Integer> told = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            List<LayerWeights> layers = ExpertWeights.of(checkpoint, (done, of) -> told.add(10 * done + of));
            assertThat(layers).hasSize(1);
            assertThat(layers.get(0).layer()).isZero();
            assertThat(layers.get(0).router().products())
                    .isDeepEqualTo(new double[][] {{25, 0, 0}, {0, 25, 0}, {0, 0, 0}});
            assertThat(layers.get(0).gateProjections().products())
                    .isDeepEqualTo(new double[][] {{5, 10, -10}, {0, 20, -20}, {0, 0, 20}});
            assertThat(layers.get(0).upProjections().products())
                    .isDeepEqualTo(new double[][] {{1, 0, 1}, {0, 1, 1}, {0, 0, 2}});
            assertThat(layers.get(0).downProjections().products())
                    .isDeepEqualTo(new double[][] {{0.5, 2, 0}, {0, 8, 0}, {0, 0, 0}});
        }
        assertThat(told).containsExactly(11);
    }

    /** Against the sums written out, on a model that was trained: however few numbers are held at a time. */
    @Test
    void sumsDoNotDependOnHowMuchIsReadAtATime() {
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE)) {
            List<String> names = IntStream.range(0, 16)
                    .mapToObj("model.layers.2.mlp.experts.%d.up_proj.weight"::formatted)
                    .toList();
            List<double[]> values =
                    names.stream().map(name -> values(checkpoint, name)).toList();
            List<TensorSlice> vectors = names.stream()
                    .map(name -> TensorSlice.whole(checkpoint.tensor(name)))
                    .toList();
            for (int held : List.of(1, 50_000, 1 << 22)) {
                double[][] products =
                        new InnerProducts(checkpoint, vectors, held).compute().products();
                for (int i = 0; i < products.length; i++) {
                    for (int j = i; j < products.length; j++) {
                        assertThat(products[i][j]).isEqualTo(product(values.get(i), values.get(j)), within(1e-12));
                    }
                }
            }
        }
    }

    /** Each kind of model has its own names, and layers without experts. */
    @Test
    void readsTheLayersWithExpertsOfEveryArchitecture() {
        for (String name : List.of("olmoe_a", "mixtral_a", "qwen2_moe_a", "qwen3_moe_a")) {
            try (Checkpoint checkpoint = Checkpoint.open(SharedData.path("reference/" + name))) {
                List<LayerWeights> layers = ExpertWeights.of(checkpoint, WeightListener.SILENT);
                assertThat(layers).as(name).isNotEmpty();
                for (LayerWeights layer : layers) {
                    double[] last = values(
                            checkpoint, "model.layers.%d.mlp.experts.1.down_proj.weight".formatted(layer.layer()));
                    assertThat(layer.downProjections().products()[1][1])
                            .as("%s, layer %d", name, layer.layer())
                            .isEqualTo(product(last, last), within(1e-9));
                    cauchyAndSchwarz(layer.router());
                    cauchyAndSchwarz(layer.upProjections());
                }
            }
        }
    }

    @Test
    void aValueThatIsNoNumberIsNamed() throws Exception {
        Path model = new HandMadeCheckpoint(DType.F32)
                .router(3, 4, 4, -3, 0, 0)
                .expert(0, 1, 2, 1, 0, 1, 1)
                .expert(1, 2, 4, 0, Float.NaN, 2, 2)
                .expert(2, 1, 1, 1, 1, 1, 1)
                .write(directory);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertThatThrownBy(() -> ExpertWeights.of(checkpoint, WeightListener.SILENT))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage(
                            "Tensor model.layers.0.mlp.experts.1.up_proj.weight of %s has a value that is not a finite number."
                                    .formatted(model.resolve("model.safetensors")))
                    .extracting(e -> ((GatehouseException) e).code())
                    .isEqualTo(ErrorCode.CORRUPT_CHECKPOINT);
        }
    }

    @Test
    void weightsAreKeptBesideRunsOfTheirCheckpointOnly() {
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE);
                Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertThatThrownBy(() -> ExpertWeights.record(checkpoint, store, Optional.empty(), WeightListener.SILENT))
                    .hasMessage("%s holds no run of %s: weights are kept beside the routing of the same checkpoint."
                            .formatted(store.file(), SAMPLE));
            store.importRun(
                    ImportedRun.of(
                            "elsewhere",
                            "imatrix",
                            "m",
                            4,
                            16,
                            4,
                            Map.of(),
                            List.of(),
                            List.of(new ExpertCounts(Optional.empty(), 0, new long[16]))),
                    "test");
            assertThat(ExpertWeights.record(checkpoint, store, Optional.of("elsewhere"), WeightListener.SILENT))
                    .containsExactly("elsewhere");
            assertThat(store.modelWeights().runs(checkpoint.fingerprint())).containsExactly("elsewhere");
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    /** No product is larger than the norms allow. */
    private static void cauchyAndSchwarz(GramMatrix matrix) {
        double[][] products = matrix.products();
        for (int i = 0; i < products.length; i++) {
            for (int j = i; j < products.length; j++) {
                assertThat(products[i][j] * products[i][j])
                        .isLessThanOrEqualTo(products[i][i] * products[j][j] * (1 + 1e-12));
            }
        }
    }

    private static double product(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    private static double[] values(Checkpoint checkpoint, String name) {
        TensorInfo tensor = checkpoint.tensor(name).plain().orElseThrow();
        return StoredValues.of(tensor.dtype().name(), tensor.bytes(), bytes -> checkpoint.read(tensor, bytes));
    }
}
