package io.gatehouse.weights;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * An OLMoE of one layer whose three experts are written by hand: hidden size 2, experts of width 1, so that a router has
 * rows of two numbers and every projection has two. All other weights are 1.
 */
final class HandMadeCheckpoint {
    private static final List<Long> PAIR = List.of(2L);
    private static final List<Long> SQUARE = List.of(2L, 2L);

    private final List<Tensor> tensors = new ArrayList<>();
    private final DType type;

    /** @param type of the weights that are written by hand */
    HandMadeCheckpoint(DType type) {
        this.type = type;
        ones("model.embed_tokens.weight", SQUARE);
        ones("lm_head.weight", SQUARE);
        ones("model.norm.weight", PAIR);
        String layer = "model.layers.0.";
        for (String norm :
                List.of("input_layernorm", "post_attention_layernorm", "self_attn.q_norm", "self_attn.k_norm")) {
            ones(layer + norm + ".weight", PAIR);
        }
        for (String projection : List.of("q", "k", "v", "o")) {
            ones(layer + "self_attn." + projection + "_proj.weight", SQUARE);
        }
    }

    HandMadeCheckpoint router(float... values) {
        tensors.add(tensor("model.layers.0.mlp.gate.weight", List.of(3L, 2L), values));
        return this;
    }

    /** The two numbers of each projection of an expert: gate, up, down. */
    HandMadeCheckpoint expert(int expert, float... values) {
        String prefix = "model.layers.0.mlp.experts.%d.".formatted(expert);
        tensors.add(tensor(prefix + "gate_proj.weight", List.of(1L, 2L), Arrays.copyOfRange(values, 0, 2)));
        tensors.add(tensor(prefix + "up_proj.weight", List.of(1L, 2L), Arrays.copyOfRange(values, 2, 4)));
        tensors.add(tensor(prefix + "down_proj.weight", List.of(2L, 1L), Arrays.copyOfRange(values, 4, 6)));
        return this;
    }

    Path write(Path directory) throws Exception {
        Files.writeString(directory.resolve("config.json"), """
                {"architectures": ["OlmoeForCausalLM"], "model_type": "olmoe", "hidden_act": "silu", "vocab_size": 2,
                 "hidden_size": 2, "intermediate_size": 1, "num_hidden_layers": 1, "num_attention_heads": 1,
                 "num_key_value_heads": 1, "num_experts": 3, "num_experts_per_tok": 1, "norm_topk_prob": false,
                 "attention_bias": false, "tie_word_embeddings": false, "clip_qkv": null, "rms_norm_eps": 1e-05,
                 "rope_theta": 10000.0, "max_position_embeddings": 64, "torch_dtype": "float32"}
                """);
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        return directory;
    }

    private void ones(String name, List<Long> shape) {
        float[] values = new float[shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b)];
        Arrays.fill(values, 1);
        tensors.add(Tensor.floats(name, shape, values));
    }

    /** Numbers that every type holds exactly. */
    private Tensor tensor(String name, List<Long> shape, float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case F32 -> data.putFloat(value);
                case BF16 -> data.putShort((short) (Float.floatToIntBits(value) >>> 16));
                case F16 -> data.putShort(half(value));
                default -> throw new IllegalArgumentException(type.toString());
            }
        }
        return new Tensor(name, type, shape, data.flip());
    }

    /** Of numbers that are no subnormals and have few digits. */
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = value == 0 ? 0 : Math.getExponent(value) + 15;
        return (short) ((bits >>> 16 & 0x8000) | (exponent << 10) | (bits >>> 13 & 0x3ff));
    }
}
