package io.gatehouse.checkpoint.gguf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.file.OpenFile;
import io.gatehouse.checkpoint.quantised.GgmlType;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.checkpoint.quantised.TensorBytes;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metadata and names of each architecture, and headers that were damaged. */
final class TestGgufModel {
    private static final int ROUNDS = 3_000;

    @TempDir
    private Path directory;

    @Test
    void translatesGptOss() throws IOException {
        JsonNode config = config(only(SharedData.path("reference/quantised/gguf_gpt_oss_mxfp4")));
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("GptOssForCausalLM");
        assertGiven(
                config,
                SharedData.path("reference/quantised/gguf_gpt_oss_mxfp4"),
                List.of("bos_token_id", "eos_token_id", "pad_token_id"));
    }

    @Test
    void translatesDeepseek() throws IOException {
        Path fixture = SharedData.path("reference/quantised/gguf_deepseek2_q8_0");
        JsonNode config = config(only(fixture));
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("DeepseekV3ForCausalLM");
        assertGiven(config, fixture, List.of("bos_token_id", "eos_token_id", "pad_token_id"));
    }

    /** Every key that the fixture was made with is translated back. */
    private static void assertGiven(JsonNode config, Path fixture, List<String> except) throws IOException {
        JsonNode given = new ObjectMapper()
                .readTree(fixture.resolve("expected.json").toFile())
                .path("keys_given");
        given.properties().stream()
                .filter(entry -> !except.contains(entry.getKey()))
                .forEach(entry -> assertThat(config.path(entry.getKey()).toString())
                        .as(entry.getKey())
                        .isEqualTo(sorted(config.path(entry.getKey()), entry.getValue())));
    }

    /** The expected value with its keys in the order of the actual one's. */
    private static String sorted(JsonNode actual, JsonNode expected) {
        if (!actual.isObject()) {
            return expected.toString();
        }
        assertThat(expected.size()).isEqualTo(actual.size());
        return actual.properties().stream()
                .map(entry -> "\"%s\":%s".formatted(entry.getKey(), expected.path(entry.getKey())))
                .collect(Collectors.joining(",", "{", "}"));
    }

    @Test
    void translatesGranite() {
        GgufBytes file = decoder("granitemoe")
                .key("granitemoe.feed_forward_length", 8)
                .key("granitemoe.attention.scale", 0.25f)
                .key("granitemoe.embedding_scale", 12f)
                .key("granitemoe.residual_scale", 0.22f)
                .key("granitemoe.logit_scale", 6f)
                .floats("blk.0.ffn_gate_exps.weight", 2, 3, 4)
                .floats("blk.0.ffn_up_exps.weight", 2, 3, 4);
        JsonNode config = config(file);
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("GraniteMoeForCausalLM");
        assertThat(config.path("residual_multiplier").asDouble()).isEqualTo(0.22);
        assertThat(config.path("attention_multiplier").asDouble()).isEqualTo(0.25);
        assertThat(config.path("logits_scaling").asDouble()).isEqualTo(6);
        assertThat(config(file.key("granitemoe.expert_shared_feed_forward_length", 5))
                        .path("shared_intermediate_size")
                        .intValue())
                .isEqualTo(5);
        assertThat(values(file, "model.layers.0.block_sparse_moe.input_linear.weight"))
                .startsWith(0, 1, 2)
                .hasSize(48)
                .containsSubsequence(11, 0, 1, 11, 12, 13);
    }

    @Test
    void translatesGlm() {
        JsonNode config = config(decoder("glm4moe")
                .key("glm4moe.block_count", 3)
                .key("glm4moe.nextn_predict_layers", 1)
                .key("glm4moe.attention.key_length", 16)
                .key("glm4moe.rope.dimension_count", 8)
                .key("glm4moe.feed_forward_length", 8)
                .key("glm4moe.expert_feed_forward_length", 4)
                .key("glm4moe.expert_shared_count", 1)
                .key("glm4moe.leading_dense_block_count", 1)
                .key("glm4moe.expert_weights_norm", true)
                .key("glm4moe.expert_weights_scale", 2.5f)
                .floats("blk.0.attn_q.bias", 4));
        assertThat(config.path("num_hidden_layers").intValue()).isEqualTo(2);
        assertThat(config.path("rope_parameters").path("partial_rotary_factor").asDouble())
                .isEqualTo(0.5);
        assertThat(config.path("attention_bias").asBoolean()).isTrue();
        assertThat(config.path("use_qk_norm").asBoolean(true)).isFalse();
        assertThat(config.path("routed_scaling_factor").asDouble()).isEqualTo(2.5);
        assertThat(config.path("norm_topk_prob").asBoolean()).isTrue();
    }

    @Test
    void translatesErnie() {
        GgufBytes file = decoder("ernie4_5-moe")
                .key("ernie4_5-moe.feed_forward_length", 8)
                .key("ernie4_5-moe.expert_feed_forward_length", 4)
                .key("ernie4_5-moe.expert_shared_count", 2)
                .key("ernie4_5-moe.leading_dense_block_count", 1)
                .floats("blk.0.exp_probs_b.bias", 2);
        JsonNode config = config(file);
        assertThat(config.path("moe_k").intValue()).isEqualTo(1);
        assertThat(config.path("moe_num_experts").intValue()).isEqualTo(2);
        assertThat(config.path("moe_layer_start_index").intValue()).isEqualTo(1);
        assertThat(config.path("moe_layer_interval").intValue()).isEqualTo(1);
        assertThat(tensor(file, "model.layers.0.mlp.moe_statics.e_score_correction_bias")
                        .shape())
                .containsExactly(1L, 2L);
    }

    @Test
    void translatesLfm2() {
        GgufBytes file = decoder("lfm2moe")
                .key("lfm2moe.block_count", 2)
                .key("lfm2moe.attention.head_count_kv", List.of(0, 2))
                .key("lfm2moe.shortconv.l_cache", 3)
                .key("lfm2moe.feed_forward_length", 8)
                .key("lfm2moe.expert_feed_forward_length", 4)
                .floats("blk.0.shortconv.conv.weight", 4, 3)
                .floats("blk.1.ffn_down_exps.weight", 2, 4, 3)
                .floats("token_embd_norm.weight", 4);
        JsonNode config = config(file);
        assertThat(config.path("layer_types").toString()).isEqualTo("[\"conv\",\"full_attention\"]");
        assertThat(config.path("num_key_value_heads").intValue()).isEqualTo(2);
        assertThat(config.path("norm_eps").asDouble()).isEqualTo(1e-5);
        assertThat(tensor(file, "model.layers.0.conv.conv.weight").shape()).containsExactly(4L, 1L, 3L);
        assertThat(tensor(file, "model.embedding_norm.weight").shape()).containsExactly(4L);
        assertThat(values(file, "model.layers.1.feed_forward.experts.1.w2.weight"))
                .startsWith(12, 13);
    }

    @Test
    void translatesGemma() {
        GgufBytes file = decoder("gemma4")
                .key("gemma4.block_count", 2)
                .key("gemma4.attention.head_count_kv", List.of(2, 1))
                .key("gemma4.attention.sliding_window_pattern", List.of(true, false))
                .key("gemma4.attention.key_length", 8)
                .key("gemma4.attention.key_length_swa", 4)
                .key("gemma4.attention.sliding_window", 16)
                .key("gemma4.feed_forward_length", 8)
                .key("gemma4.expert_feed_forward_length", 3)
                .key("gemma4.rope.freq_base_swa", 20_000f)
                .floats("blk.0.ffn_gate_up_exps.weight", 2, 6, 4)
                .floats("blk.0.ffn_down_exps.scale", 2);
        JsonNode config = config(file);
        assertThat(config.path("layer_types").toString()).isEqualTo("[\"sliding_attention\",\"full_attention\"]");
        assertThat(config.path("num_key_value_heads").intValue()).isEqualTo(2);
        assertThat(config.path("num_global_key_value_heads").intValue()).isEqualTo(1);
        assertThat(config.path("attention_k_eq_v").asBoolean()).isTrue();
        assertThat(config.path("rope_parameters")
                        .path("sliding_attention")
                        .path("rope_theta")
                        .asDouble())
                .isEqualTo(20_000);
        assertThat(tensor(file, "model.layers.0.experts.gate_up_proj").shape()).containsExactly(2L, 6L, 4L);
        assertThat(tensor(file, "model.layers.0.router.per_expert_scale").shape())
                .containsExactly(2L);
    }

    /** Gates and ups of gpt-oss alternate on the hub and are two tensors in GGUF. */
    @Test
    void pairsTheExpertsOfGptOss() {
        GgufBytes file = decoder("gpt-oss")
                .key("gpt-oss.expert_feed_forward_length", 2)
                .key("gpt-oss.attention.sliding_window", 16)
                .floats("blk.0.ffn_gate_exps.weight", 2, 2, 1)
                .floats("blk.0.ffn_up_exps.weight", 2, 2, 1)
                .floats("blk.0.ffn_gate_exps.bias", 2, 2)
                .floats("blk.0.ffn_up_exps.bias", 2, 2);
        assertThat(values(file, "model.layers.0.mlp.experts.gate_up_proj_blocks"))
                .containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
        assertThat(values(file, "model.layers.0.mlp.experts.gate_up_proj_bias"))
                .containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
        assertThat(values(file, "model.layers.0.mlp.experts.1.gate_proj.bias")).containsExactly(2, 3);
    }

    @Test
    void refusesByName() {
        refused(decoder("nonesuch"), ErrorCode.UNSUPPORTED_MODEL, "is 'nonesuch'; of GGUF files Gatehouse reads");
        refused(decoder("llama").key("llama.expert_count", 0), ErrorCode.UNSUPPORTED_MODEL, "has no experts");
        refused(
                decoder("qwen3moe").key("qwen3moe.rope.scaling.type", "longrope"),
                ErrorCode.UNSUPPORTED_MODEL,
                "asks for qwen3moe.rope.scaling.type 'longrope'");
        GgufBytes file = decoder("qwen3moe").tensor("blk.0.attn_q.weight", GgmlType.IQ2_XXS, new byte[66], 1, 256);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> tensor(file, "model.layers.0.self_attn.q_proj.weight"))
                .withMessageContaining("has the type IQ2_XXS; of GGUF files Gatehouse reads F32");
    }

    @Test
    void readsOrRefusesWhateverHappensToItsBytes() throws IOException {
        long seed = Long.getLong("test.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        byte[] whole = decoder("lfm2moe")
                .key("lfm2moe.attention.head_count_kv", List.of(1))
                .key("lfm2moe.shortconv.l_cache", 3)
                .key("lfm2moe.feed_forward_length", 8)
                .key("lfm2moe.expert_feed_forward_length", 4)
                .floats("blk.0.attn_q.weight", 4, 4)
                .floats("blk.0.ffn_down_exps.weight", 2, 4, 3)
                .bytes();
        Path file = directory.resolve("damaged.gguf");
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = round % 4 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0 && damaged.length > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, damaged);
            String what = "test.seed=%d, round %d".formatted(seed, round);
            try {
                with(file, model -> {
                    GgufTensors tensors = new GgufTensors(model);
                    tensors.find("model.layers.0.self_attn.q_proj.weight");
                    tensors.find("model.layers.0.feed_forward.experts.1.w2.weight");
                    return GgufConfig.of(model);
                });
            } catch (GatehouseException e) {
                refused++;
                assertThat(e.code())
                        .as(what)
                        .isIn(ErrorCode.CORRUPT_CHECKPOINT, ErrorCode.UNSUPPORTED_MODEL, ErrorCode.OUT_OF_MEMORY);
                assertThat(e.getMessage()).as(what).contains("damaged.gguf").hasLineCount(1);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(what, e);
            }
        }
        assertThat(refused).as("test.seed=%d", seed).isGreaterThan(ROUNDS / 3);
    }

    /** The keys that all have, for one layer of two experts. */
    private static GgufBytes decoder(String architecture) {
        String prefix = architecture + ".";
        return new GgufBytes()
                .key("general.architecture", architecture)
                .key(prefix + "block_count", 1)
                .key(prefix + "context_length", 64)
                .key(prefix + "embedding_length", 4)
                .key(prefix + "attention.head_count", 2)
                .key(prefix + "attention.head_count_kv", 1)
                .key(prefix + "attention.layer_norm_rms_epsilon", 1e-5f)
                .key(prefix + "expert_count", 2)
                .key(prefix + "expert_used_count", 1)
                .key("tokenizer.ggml.tokens", List.of("a", "b"));
    }

    private static Path only(Path directory) {
        return GgufModel.find(directory).orElseThrow();
    }

    private static <T> T with(Path file, Function<GgufModel, T> use) {
        GgufModel model = GgufModel.open(file);
        try {
            return use.apply(model);
        } finally {
            model.parts().forEach(part -> part.file().close());
        }
    }

    private static JsonNode config(Path file) {
        return with(file, GgufConfig::of);
    }

    private JsonNode config(GgufBytes file) {
        return config(file.write(directory.resolve("model.gguf")));
    }

    private StoredTensor tensor(GgufBytes file, String name) {
        return with(
                file.write(directory.resolve("model.gguf")),
                model -> new GgufTensors(model).find(name).orElseThrow());
    }

    private float[] values(GgufBytes file, String name) {
        return with(file.write(directory.resolve("model.gguf")), model -> {
            Map<Path, OpenFile> open = model.parts().stream()
                    .collect(Collectors.toMap(part -> part.file().path(), GgufModel.Part::file));
            TensorBytes bytes =
                    (tensor, offset, target) -> tensor.read(requireNonNull(open.get(tensor.file())), offset, target);
            return new GgufTensors(model).find(name).orElseThrow().values(bytes);
        });
    }

    private void refused(GgufBytes file, ErrorCode code, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> config(file))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }
}
