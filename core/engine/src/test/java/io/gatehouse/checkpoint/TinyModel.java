package io.gatehouse.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.family.Families;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checkpoints of two experts, whose config and tensors a test may spoil before they are written. */
final class TinyModel {
    static final String CONFIG = """
            {"architectures": ["OlmoeForCausalLM"], "attention_bias": false, "clip_qkv": null, "hidden_act": "silu",
             "hidden_size": 4, "intermediate_size": 3, "max_position_embeddings": 64, "model_type": "olmoe",
             "norm_topk_prob": false, "num_attention_heads": 2, "num_experts": 2, "num_experts_per_tok": 1,
             "num_hidden_layers": 1, "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_scaling": null,
             "rope_theta": 10000.0, "tie_word_embeddings": false, "torch_dtype": "float32", "vocab_size": 5}
            """;

    private static final String MIXTRAL = """
            {"architectures": ["MixtralForCausalLM"], "hidden_act": "silu", "hidden_size": 4, "intermediate_size": 3,
             "max_position_embeddings": 64, "model_type": "mixtral", "num_attention_heads": 2,
             "num_experts_per_tok": 1, "num_hidden_layers": 1, "num_key_value_heads": 1, "num_local_experts": 2,
             "rms_norm_eps": 1e-05, "rope_theta": 1000000.0, "router_jitter_noise": 0.0, "sliding_window": null,
             "tie_word_embeddings": false, "torch_dtype": "bfloat16", "vocab_size": 5}
            """;

    private static final String QWEN2_MOE = """
            {"architectures": ["Qwen2MoeForCausalLM"], "decoder_sparse_step": 2, "hidden_act": "silu",
             "hidden_size": 4, "intermediate_size": 6, "max_position_embeddings": 64, "max_window_layers": 28,
             "mlp_only_layers": [], "model_type": "qwen2_moe", "moe_intermediate_size": 3, "norm_topk_prob": false,
             "num_attention_heads": 2, "num_experts": 2, "num_experts_per_tok": 1, "num_hidden_layers": 2,
             "num_key_value_heads": 1, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
             "shared_expert_intermediate_size": 7, "sliding_window": 32768, "tie_word_embeddings": false,
             "torch_dtype": "bfloat16", "use_sliding_window": false, "vocab_size": 5}
            """;

    private static final String QWEN3_MOE = """
            {"architectures": ["Qwen3MoeForCausalLM"], "attention_bias": false, "decoder_sparse_step": 1,
             "dtype": "bfloat16", "head_dim": 6, "hidden_act": "silu", "hidden_size": 4, "intermediate_size": 6,
             "max_position_embeddings": 64, "mlp_only_layers": [1], "model_type": "qwen3_moe",
             "moe_intermediate_size": 3, "norm_topk_prob": true, "num_attention_heads": 2, "num_experts": 2,
             "num_experts_per_tok": 1, "num_hidden_layers": 2, "num_key_value_heads": 1, "rms_norm_eps": 1e-06,
             "rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}, "sliding_window": null,
             "tie_word_embeddings": false, "use_sliding_window": false, "vocab_size": 5}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    final ObjectNode config;
    final Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    DType dtype = DType.F32;

    private TinyModel(String config) {
        try {
            this.config = (ObjectNode) JSON.readTree(config);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
        shapes.put("model.embed_tokens.weight", List.of(5, 4));
        shapes.put("model.norm.weight", List.of(4));
        shapes.put("lm_head.weight", List.of(5, 4));
    }

    /** One layer of two experts. */
    static TinyModel olmoe() {
        TinyModel model = new TinyModel(CONFIG);
        model.attention(0, 4, 4);
        model.shapes.put("model.layers.0.self_attn.q_norm.weight", List.of(4));
        model.shapes.put("model.layers.0.self_attn.k_norm.weight", List.of(4));
        model.mixture("model.layers.0.mlp", "gate_proj", "up_proj", "down_proj");
        return model;
    }

    /** One layer of two experts, two heads sharing keys and values. */
    static TinyModel mixtral() {
        TinyModel model = new TinyModel(MIXTRAL);
        model.attention(0, 4, 2);
        model.mixture("model.layers.0.block_sparse_moe", "w1", "w3", "w2");
        return model;
    }

    /** A dense layer and one of two experts with a shared one. */
    static TinyModel qwen2Moe() {
        TinyModel model = new TinyModel(QWEN2_MOE);
        for (int layer = 0; layer < 2; layer++) {
            model.attention(layer, 4, 2);
            String attention = "model.layers." + layer + ".self_attn.";
            model.shapes.put(attention + "q_proj.bias", List.of(4));
            model.shapes.put(attention + "k_proj.bias", List.of(2));
            model.shapes.put(attention + "v_proj.bias", List.of(2));
        }
        model.swiGlu("model.layers.0.mlp", 6, "gate_proj", "up_proj", "down_proj");
        model.mixture("model.layers.1.mlp", "gate_proj", "up_proj", "down_proj");
        model.swiGlu("model.layers.1.mlp.shared_expert", 7, "gate_proj", "up_proj", "down_proj");
        model.shapes.put("model.layers.1.mlp.shared_expert_gate.weight", List.of(1, 4));
        return model;
    }

    /** A layer of two experts and a dense one, heads wider than the hidden size has room for. */
    static TinyModel qwen3Moe() {
        TinyModel model = new TinyModel(QWEN3_MOE);
        for (int layer = 0; layer < 2; layer++) {
            model.attention(layer, 12, 6);
            model.shapes.put("model.layers." + layer + ".self_attn.q_norm.weight", List.of(6));
            model.shapes.put("model.layers." + layer + ".self_attn.k_norm.weight", List.of(6));
        }
        model.mixture("model.layers.0.mlp", "gate_proj", "up_proj", "down_proj");
        model.swiGlu("model.layers.1.mlp", 6, "gate_proj", "up_proj", "down_proj");
        return model;
    }

    private void attention(int layer, int queries, int keys) {
        String prefix = "model.layers." + layer + ".";
        shapes.put(prefix + "input_layernorm.weight", List.of(4));
        shapes.put(prefix + "post_attention_layernorm.weight", List.of(4));
        shapes.put(prefix + "self_attn.q_proj.weight", List.of(queries, 4));
        shapes.put(prefix + "self_attn.k_proj.weight", List.of(keys, 4));
        shapes.put(prefix + "self_attn.v_proj.weight", List.of(keys, 4));
        shapes.put(prefix + "self_attn.o_proj.weight", List.of(4, queries));
    }

    private void mixture(String block, String gate, String up, String down) {
        shapes.put(block + ".gate.weight", List.of(2, 4));
        for (int expert = 0; expert < 2; expert++) {
            swiGlu(block + ".experts." + expert, 3, gate, up, down);
        }
    }

    private void swiGlu(String prefix, int intermediate, String gate, String up, String down) {
        shapes.put(prefix + "." + gate + ".weight", List.of(intermediate, 4));
        shapes.put(prefix + "." + up + ".weight", List.of(intermediate, 4));
        shapes.put(prefix + "." + down + ".weight", List.of(4, intermediate));
    }

    /** Sets keys, given as a JSON object, and removes others. */
    TinyModel with(String changes, String... removed) {
        try {
            JSON.readTree(changes).properties().forEach(key -> config.set(key.getKey(), key.getValue()));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
        config.remove(List.of(removed));
        return this;
    }

    /** The config alone, as Gatehouse reads it. */
    ModelConfig read(Path file) {
        return Families.read(ConfigFile.parse(file, config.toString().getBytes(StandardCharsets.UTF_8)))
                .config();
    }

    /** The weights as one safetensors file. */
    byte[] weights() {
        return weights(shapes);
    }

    byte[] weights(Map<String, List<Integer>> part) {
        ObjectNode header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        int end = 0;
        for (Map.Entry<String, List<Integer>> tensor : part.entrySet()) {
            int begin = end;
            end += tensor.getValue().stream().reduce(dtype.bytes(), Math::multiplyExact);
            ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", dtype.name());
            tensor.getValue().forEach(entry.withArray("shape")::add);
            entry.putArray("data_offsets").add(begin).add(end);
        }
        return SafetensorsBytes.of(header.toString(), end);
    }

    int dataBytes() {
        return dtype.bytes()
                * shapes.values().stream()
                        .mapToInt(shape -> shape.stream().reduce(1, Math::multiplyExact))
                        .sum();
    }

    Path write(Path directory) {
        writeConfig(directory);
        SafetensorsBytes.write(directory.resolve("model.safetensors"), weights());
        return directory;
    }

    Path writeConfig(Path directory) {
        SafetensorsBytes.write(
                directory.resolve("config.json"), config.toString().getBytes(StandardCharsets.UTF_8));
        return directory;
    }
}
