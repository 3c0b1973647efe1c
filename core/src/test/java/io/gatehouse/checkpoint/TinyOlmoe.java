package io.gatehouse.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint of one layer and two experts, whose config and tensors a test may spoil before it is written. */
final class TinyOlmoe {
    static final String CONFIG = """
            {"architectures": ["OlmoeForCausalLM"], "attention_bias": false, "clip_qkv": null, "hidden_act": "silu",
             "hidden_size": 4, "intermediate_size": 3, "max_position_embeddings": 64, "model_type": "olmoe",
             "norm_topk_prob": false, "num_attention_heads": 2, "num_experts": 2, "num_experts_per_tok": 1,
             "num_hidden_layers": 1, "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_scaling": null,
             "rope_theta": 10000.0, "tie_word_embeddings": false, "torch_dtype": "float32", "vocab_size": 5}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    final ObjectNode config;
    final Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    DType dtype = DType.F32;

    TinyOlmoe() {
        try {
            config = (ObjectNode) JSON.readTree(CONFIG);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
        String layer = "model.layers.0.";
        shapes.put("model.embed_tokens.weight", List.of(5, 4));
        shapes.put("model.norm.weight", List.of(4));
        shapes.put("lm_head.weight", List.of(5, 4));
        shapes.put(layer + "input_layernorm.weight", List.of(4));
        shapes.put(layer + "post_attention_layernorm.weight", List.of(4));
        for (String projection : List.of("q", "k", "v", "o")) {
            shapes.put(layer + "self_attn." + projection + "_proj.weight", List.of(4, 4));
        }
        shapes.put(layer + "self_attn.q_norm.weight", List.of(4));
        shapes.put(layer + "self_attn.k_norm.weight", List.of(4));
        shapes.put(layer + "mlp.gate.weight", List.of(2, 4));
        for (int expert = 0; expert < 2; expert++) {
            String prefix = layer + "mlp.experts." + expert + ".";
            shapes.put(prefix + "gate_proj.weight", List.of(3, 4));
            shapes.put(prefix + "up_proj.weight", List.of(3, 4));
            shapes.put(prefix + "down_proj.weight", List.of(4, 3));
        }
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
