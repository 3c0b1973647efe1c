package io.gatehouse.checkpoint;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.config.Attention;
import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Mask;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.QkNorm;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeScaling;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsBytes;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mixtral, Qwen2-MoE and Qwen3-MoE: what their configs mean, and which weights they imply. */
final class TestRelatives {
    private static final Path FILE = Path.of("model/config.json");
    private static final FeedForward.Sparse SHARED = mixture(false).with(SharedExpert.gated(Mlp.swiGlu(7)));
    private static final FeedForward DENSE = new FeedForward.Dense(6);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsMixtral() {
        ModelConfig config = TinyModel.mixtral().read(FILE);
        assertThat(config.architecture()).isEqualTo("MixtralForCausalLM");
        assertThat(attention(config).keyValueHeads()).isEqualTo(1);
        assertThat(attention(config).bias()).isEqualTo(AttentionBias.NONE);
        assertThat(attention(config).qkNorm()).isEmpty();
        assertThat(config.feedForwards()).containsExactly(mixture(true));
        assertThat(attention(config).mask()).isEqualTo(new Mask.Causal());
        assertThat(attention(mixtral("{\"head_dim\": 8}")).headDim()).isEqualTo(8);
        assertThat(mixtral("{\"num_experts\": 2}", "num_local_experts").feedForwards())
                .isEqualTo(config.feedForwards());
    }

    @Test
    void takesMixtralsDefaults() {
        ModelConfig config = mixtral(
                "{\"num_attention_heads\": 8, \"hidden_size\": 16}",
                "num_key_value_heads",
                "rms_norm_eps",
                "rope_theta",
                "max_position_embeddings",
                "tie_word_embeddings",
                "sliding_window");
        assertThat(attention(config).keyValueHeads()).isEqualTo(8);
        assertThat(config.head().norm().epsilon()).isEqualTo(1e-5f);
        assertThat(config.ropes()).containsExactly(new Rope(1_000_000, new RopeScaling.None(), 2));
        assertThat(config.maxPositions()).isEqualTo(131_072);
        assertThat(attention(mixtral("{\"num_key_value_heads\": null}")).keyValueHeads())
                .as("a null stands for as many as heads")
                .isEqualTo(2);
    }

    @Test
    void slidesOverAllLayersOfMixtral() {
        assertThat(mixtral("{\"num_hidden_layers\": 3, \"sliding_window\": 16}").layers())
                .extracting(layer -> layer.mixer().mask())
                .containsExactly(new Mask.Window(16), new Mask.Window(16), new Mask.Window(16));
        wrong(() -> mixtral("{\"sliding_window\": 0}"), "field 'sliding_window' is 0 instead of a number from 1");
    }

    @Test
    void readsQwen2Moe() {
        ModelConfig config = TinyModel.qwen2Moe().read(FILE);
        assertThat(attention(config).bias()).isEqualTo(AttentionBias.QUERY_KEY_VALUE);
        assertThat(attention(config).qkNorm()).isEmpty();
        assertThat(config.feedForwards()).containsExactly(DENSE, SHARED);
        assertThat(attention(qwen2("{\"qkv_bias\": false}")).bias()).isEqualTo(AttentionBias.NONE);
        assertThat(qwen2("{\"norm_topk_prob\": true}").feedForwards().get(1))
                .isEqualTo(mixture(true).with(SharedExpert.gated(Mlp.swiGlu(7))));
        ModelConfig defaults = qwen2(
                "{\"num_attention_heads\": 16, \"hidden_size\": 64}",
                "num_key_value_heads",
                "rms_norm_eps",
                "rope_theta",
                "max_position_embeddings",
                "use_sliding_window",
                "decoder_sparse_step",
                "mlp_only_layers",
                "norm_topk_prob");
        assertThat(attention(defaults).keyValueHeads()).isEqualTo(16);
        assertThat(defaults.head().norm().epsilon()).isEqualTo(1e-6f);
        assertThat(defaults.ropes().get(0).theta()).isEqualTo(10_000);
        assertThat(defaults.maxPositions()).isEqualTo(32_768);
        assertThat(defaults.feedForwards()).containsExactly(SHARED, SHARED);
    }

    @Test
    void countsSparseStepsFromOneAndDenseLayersFromZero() {
        assertThat(qwen2("{\"num_hidden_layers\": 7, \"decoder_sparse_step\": 3, \"mlp_only_layers\": [2, 9, -1]}")
                        .feedForwards())
                .containsExactly(DENSE, DENSE, DENSE, DENSE, DENSE, SHARED, DENSE);
        assertThat(qwen2("{\"decoder_sparse_step\": 1, \"mlp_only_layers\": null}")
                        .feedForwards())
                .containsExactly(SHARED, SHARED);
        assertThat(qwen2("{\"decoder_sparse_step\": 1}", "intermediate_size").feedForwards())
                .as("no dense layer, no size needed")
                .containsExactly(SHARED, SHARED);
        wrong(() -> qwen2("{}", "intermediate_size"), "has no field 'intermediate_size'");
        wrong(() -> qwen2("{\"decoder_sparse_step\": 0}"), "field 'decoder_sparse_step' is 0");
        wrong(() -> qwen2("{\"mlp_only_layers\": [\"a\"]}"), "instead of a list of whole numbers");
        wrong(() -> qwen2("{}", "shared_expert_intermediate_size"), "has no field 'shared_expert_intermediate_size'");
        assertRefused(
                () -> qwen2("{\"decoder_sparse_step\": 3}"),
                ErrorCode.UNSUPPORTED_MODEL,
                "makes none of the 2 layers a mixture of experts");
    }

    @Test
    void slidesOverLayersOfEvenNumberInQwen2Moe() {
        assertThat(windows(qwen2("{\"num_hidden_layers\": 6, \"sliding_window\": 0}")))
                .as("not used, so not looked at")
                .isEqualTo("- - - - - -");
        assertThat(windows(qwen2("{\"num_hidden_layers\": 6, \"use_sliding_window\": true, \"sliding_window\": 9,"
                        + " \"max_window_layers\": 3}")))
                .isEqualTo("9 - 9 - - -");
        assertThat(windows(qwen2("{\"use_sliding_window\": true}", "sliding_window", "max_window_layers")))
                .isEqualTo("4096 -");
        String types = "{\"layer_types\": [\"full_attention\", \"sliding_attention\"], \"use_sliding_window\": ";
        assertThat(windows(qwen2(types + "true, \"sliding_window\": 9, \"max_window_layers\": 0}")))
                .isEqualTo("- 9");
        wrong(
                () -> qwen2(types + "false}"),
                "field 'use_sliding_window' is false instead of true, which its layer_types need");
        wrong(() -> qwen2(types + "true, \"sliding_window\": null}"), "has no field 'sliding_window'");
    }

    @Test
    void readsQwen3Moe() {
        ModelConfig config = TinyModel.qwen3Moe().read(FILE);
        FeedForward mixture = mixture(true);
        assertThat(attention(config).qkNorm()).contains(QkNorm.ofHead(1e-6f));
        assertThat(attention(config).headDim()).isEqualTo(6);
        assertThat(config.feedForwards()).containsExactly(mixture, DENSE);
        assertThat(config.ropes().get(0).theta()).isEqualTo(1_000_000);
        assertThat(attention(qwen3("{\"attention_bias\": true}")).bias()).isEqualTo(AttentionBias.ALL);
        assertThat(qwen3("{\"num_local_experts\": 2}", "num_experts").feedForwards())
                .isEqualTo(config.feedForwards());
        ModelConfig defaults = qwen3(
                "{\"num_attention_heads\": 4}",
                "num_key_value_heads",
                "norm_topk_prob",
                "max_position_embeddings",
                "rope_parameters");
        assertThat(attention(defaults).keyValueHeads()).isEqualTo(4);
        assertThat(defaults.maxPositions()).isEqualTo(32_768);
        assertThat(defaults.ropes().get(0).theta()).isEqualTo(10_000);
        assertThat(defaults.feedForwards().get(0)).isEqualTo(mixture(false));
    }

    @Test
    void slidesOverAllLayersOfQwen3MoeWhereItIsUsed() {
        assertThat(windows(qwen3("{\"sliding_window\": 9}"))).isEqualTo("- -");
        assertThat(windows(qwen3("{\"sliding_window\": 9, \"use_sliding_window\": true, \"max_window_layers\": 0}")))
                .isEqualTo("9 9");
        assertThat(windows(qwen3("{\"sliding_window\": null, \"use_sliding_window\": true}")))
                .isEqualTo("- -");
        assertThat(windows(qwen3("{\"use_sliding_window\": true}", "sliding_window")))
                .isEqualTo("4096 4096");
    }

    @Test
    void impliesEveryWeightOfEachModel() {
        List<Supplier<TinyModel>> models =
                List.of(TinyModel::olmoe, TinyModel::mixtral, TinyModel::qwen2Moe, TinyModel::qwen3Moe);
        for (Supplier<TinyModel> model : models) {
            Checkpoint.open(model.get().write(directory)).close();
            for (String name : model.get().shapes.keySet()) {
                TinyModel without = model.get();
                without.shapes.remove(name);
                without.write(directory);
                wrong(this::open, "have no tensor " + name);
                TinyModel other = model.get();
                other.shapes.put(name, List.of(3, 2, 1));
                other.write(directory);
                wrong(this::open, "Tensor " + name);
            }
        }
    }

    @Test
    void needsNoHeadWhereTheEmbeddingsServeForIt() {
        TinyModel tied = TinyModel.qwen2Moe().with("{\"tie_word_embeddings\": true}");
        tied.shapes.remove("lm_head.weight");
        Checkpoint.open(tied.write(directory)).close();
    }

    @Test
    void needsABiasOnTheOutputOnlyWhereAllAreBiased() {
        TinyModel biased = TinyModel.qwen3Moe().with("{\"attention_bias\": true}");
        for (int layer = 0; layer < 2; layer++) {
            biased.shapes.put("model.layers." + layer + ".self_attn.q_proj.bias", List.of(12));
            biased.shapes.put("model.layers." + layer + ".self_attn.k_proj.bias", List.of(6));
            biased.shapes.put("model.layers." + layer + ".self_attn.v_proj.bias", List.of(6));
        }
        biased.write(directory);
        wrong(this::open, "have no tensor model.layers.0.self_attn.o_proj.bias");
        biased.shapes.put("model.layers.0.self_attn.o_proj.bias", List.of(4));
        biased.shapes.put("model.layers.1.self_attn.o_proj.bias", List.of(4));
        Checkpoint.open(biased.write(directory)).close();
    }

    @Test
    void opensTheReferenceModels() {
        for (String name : List.of("olmoe_a", "mixtral_a", "qwen2_moe_a", "qwen3_moe_a")) {
            try (Checkpoint checkpoint = Checkpoint.open(SharedData.path("reference/" + name))) {
                assertThat(checkpoint.config().feedForwards())
                        .filteredOn(FeedForward.Sparse.class::isInstance)
                        .hasSize(name.startsWith("qwen2") ? 2 : 3);
            }
        }
    }

    /** Every other tensor in another file: no layer lies in one. */
    @Test
    void findsALayerThatIsSpreadOverShards() throws IOException {
        TinyModel model = TinyModel.qwen2Moe();
        model.dtype = DType.F16;
        model.writeConfig(directory);
        Map<String, List<Integer>> even = new LinkedHashMap<>();
        Map<String, List<Integer>> odd = new LinkedHashMap<>();
        model.shapes.forEach((name, shape) -> (even.size() > odd.size() ? odd : even).put(name, shape));
        SafetensorsBytes.write(directory.resolve("even.safetensors"), model.weights(even));
        SafetensorsBytes.write(directory.resolve("odd.safetensors"), model.weights(odd));
        String map = model.shapes.keySet().stream()
                .map(name -> "\"%s\":\"%s.safetensors\"".formatted(name, even.containsKey(name) ? "even" : "odd"))
                .collect(Collectors.joining(","));
        Files.writeString(directory.resolve("model.safetensors.index.json"), "{\"weight_map\":{" + map + "}}");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.footprint().bytes()).containsOnlyKeys("F16");
            assertThat(checkpoint.tensors()).hasSameSizeAs(model.shapes.keySet());
            for (TensorInfo tensor : checkpoint.tensors()) {
                ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes());
                checkpoint.read(tensor, bytes);
                assertThat(bytes.hasRemaining()).isFalse();
            }
        }
    }

    private void open() {
        Checkpoint.open(directory).close();
    }

    private static ModelConfig mixtral(String changes, String... removed) {
        return TinyModel.mixtral().with(changes, removed).read(FILE);
    }

    private static ModelConfig qwen2(String changes, String... removed) {
        return TinyModel.qwen2Moe().with(changes, removed).read(FILE);
    }

    private static ModelConfig qwen3(String changes, String... removed) {
        return TinyModel.qwen3Moe().with(changes, removed).read(FILE);
    }

    private static FeedForward.Sparse mixture(boolean normalised) {
        return new FeedForward.Sparse(2, 1, Mlp.swiGlu(3), Router.softmax(normalised));
    }

    private static Attention attention(ModelConfig config) {
        return (Attention) config.layers().get(0).mixer();
    }

    private static String windows(ModelConfig config) {
        return String.join(
                " ",
                config.layers().stream()
                        .map(layer -> layer.mixer().mask() instanceof Mask.Window window
                                ? String.valueOf(window.size())
                                : "-")
                        .toList());
    }

    private static void wrong(ThrowingCallable read, String message) {
        assertRefused(read, ErrorCode.CORRUPT_CHECKPOINT, message);
    }
}
