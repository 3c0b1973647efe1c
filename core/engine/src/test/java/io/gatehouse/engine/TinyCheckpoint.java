package io.gatehouse.engine;

import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A random OLMoE of toy size, written in Hugging Face layout. The options are those that change the arithmetic. */
public record TinyCheckpoint(int keyValueHeads, boolean normTopK, boolean tied, boolean bias, double clip, long seed) {
    static final int VOCABULARY = 40;
    public static final int HIDDEN = 16;
    static final int HEADS = 4;
    static final int HEAD_DIM = HIDDEN / HEADS;
    static final int LAYERS = 2;
    static final int EXPERTS = 5;
    static final int TOP_K = 2;
    public static final int WIDTH = 12;

    public void write(Path directory) throws IOException {
        Map<String, List<Long>> shapes = shapes();
        SplittableRandom random = new SplittableRandom(seed);
        List<Tensor> tensors = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            float[] values =
                    new float[(int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        (float) (name.contains("norm") ? 1 + random.nextGaussian(0, 0.2) : random.nextGaussian(0, 0.4));
            }
            tensors.add(Tensor.floats(name, shape, values));
        });
        Files.writeString(directory.resolve("config.json"), config());
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    }

    private Map<String, List<Long>> shapes() {
        long keyWidth = (long) keyValueHeads * HEAD_DIM;
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", List.of((long) VOCABULARY, (long) HIDDEN));
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "model.layers." + layer + ".";
            shapes.put(prefix + "input_layernorm.weight", List.of((long) HIDDEN));
            shapes.put(prefix + "post_attention_layernorm.weight", List.of((long) HIDDEN));
            shapes.put(prefix + "self_attn.q_norm.weight", List.of((long) HIDDEN));
            shapes.put(prefix + "self_attn.k_norm.weight", List.of(keyWidth));
            Map.of("q", (long) HIDDEN, "k", keyWidth, "v", keyWidth, "o", (long) HIDDEN)
                    .forEach((name, out) -> {
                        shapes.put(prefix + "self_attn." + name + "_proj.weight", List.of(out, (long) HIDDEN));
                        if (bias) {
                            shapes.put(prefix + "self_attn." + name + "_proj.bias", List.of(out));
                        }
                    });
            shapes.put(prefix + "mlp.gate.weight", List.of((long) EXPERTS, (long) HIDDEN));
            for (int expert = 0; expert < EXPERTS; expert++) {
                String own = prefix + "mlp.experts." + expert + ".";
                shapes.put(own + "gate_proj.weight", List.of((long) WIDTH, (long) HIDDEN));
                shapes.put(own + "up_proj.weight", List.of((long) WIDTH, (long) HIDDEN));
                shapes.put(own + "down_proj.weight", List.of((long) HIDDEN, (long) WIDTH));
            }
        }
        shapes.put("model.norm.weight", List.of((long) HIDDEN));
        if (!tied) {
            shapes.put("lm_head.weight", List.of((long) VOCABULARY, (long) HIDDEN));
        }
        return shapes;
    }

    private String config() {
        return """
                {"architectures": ["OlmoeForCausalLM"], "model_type": "olmoe", "hidden_act": "silu",
                 "vocab_size": %d, "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
                 "num_attention_heads": %d, "num_key_value_heads": %d, "num_experts": %d, "num_experts_per_tok": %d,
                 "norm_topk_prob": %s, "attention_bias": %s, "tie_word_embeddings": %s, "clip_qkv": %s,
                 "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "max_position_embeddings": 64, "torch_dtype": "float32"}
                """.formatted(
                        VOCABULARY,
                        HIDDEN,
                        WIDTH,
                        LAYERS,
                        HEADS,
                        keyValueHeads,
                        EXPERTS,
                        TOP_K,
                        normTopK,
                        bias,
                        tied,
                        clip == 0 ? "null" : clip);
    }
}
