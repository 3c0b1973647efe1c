package io.gatehouse.engine;

import static io.gatehouse.sample.random.Blueprint.TINY_MIXTRAL;
import static io.gatehouse.sample.random.Blueprint.TINY_OLMOE;
import static io.gatehouse.sample.random.Blueprint.TINY_QWEN2_MOE;
import static io.gatehouse.sample.random.Blueprint.TINY_QWEN3_MOE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.sample.random.StoredType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One thing that a checkpoint may have or its config may say.
 *
 * @param kind of two features of one kind a checkpoint has one
 * @param architectures those that know it
 */
record Feature(String kind, Set<Blueprint> architectures, UnaryOperator<Variant> change) {
    private static final Set<Blueprint> ALL = EnumSet.of(TINY_OLMOE, TINY_MIXTRAL, TINY_QWEN2_MOE, TINY_QWEN3_MOE);
    private static final Set<Blueprint> QWEN = EnumSet.of(TINY_QWEN2_MOE, TINY_QWEN3_MOE);

    static List<Feature> all() {
        return List.of(
                config(ALL, "key-value heads", "one key-value head", c -> c.put("num_key_value_heads", 1)),
                config(ALL, "key-value heads", "two key-value heads", c -> c.put("num_key_value_heads", 2)),
                config(ALL, "head size", "heads of 12", c -> c.put("head_dim", 12)),
                config(ALL, "head size", "heads of 4", c -> c.put("head_dim", 4)),
                config(ALL, "embeddings", "tied embeddings", c -> c.put("tie_word_embeddings", true)),
                config(ALL, "experts", "the best of 4 experts", c -> c.put("num_experts_per_tok", 1)),
                config(ALL, "experts", "all 4 experts", c -> c.put("num_experts_per_tok", 4)),
                config(ALL, "experts", "3 of 5 experts", c -> experts(c, 5).put("num_experts_per_tok", 3)),
                config(ALL, "experts", "6 of 20 experts", c -> experts(c, 20).put("num_experts_per_tok", 6)),
                config(ALL, "layers", "one layer", c -> c.put("num_hidden_layers", 1)),
                config(ALL, "epsilon", "epsilon 0.1", c -> c.put("rms_norm_eps", 0.1)),
                config(ALL, "width", "odd widths", Feature::oddWidths),
                new Feature("type", ALL, variant -> variant.storedAs(StoredType.BF16)),
                new Feature("type", ALL, variant -> variant.storedAs(StoredType.FP16)),
                new Feature("files", ALL, variant -> variant.inFilesOf(20_000)),
                config(ALL, "rope", "theta 100", c -> c.put("rope_theta", 100)),
                rope("linear", "'type': 'linear', 'factor': 4"),
                rope("linear, newer key", "'rope_type': 'linear', 'factor': 2.5"),
                config(ALL, "rope", "dynamic", c -> {
                    c.put("max_position_embeddings", 16);
                    c.set("rope_scaling", object("'rope_type': 'dynamic', 'factor': 4.0"));
                }),
                rope(
                        "llama3",
                        "'rope_type': 'llama3', 'factor': 8, 'low_freq_factor': 1, 'high_freq_factor': 4,"
                                + " 'original_max_position_embeddings': 64"),
                rope("yarn", "'type': 'yarn', 'factor': 4, 'original_max_position_embeddings': 2048"),
                rope(
                        "yarn, all said",
                        "'rope_type': 'yarn', 'factor': 8, 'original_max_position_embeddings': 64, 'beta_fast': 4,"
                                + " 'beta_slow': 0.5, 'attention_factor': 0.8, 'truncate': false"),
                config(ALL, "rope", "newer dialect", c -> {
                    c.remove(List.of("rope_theta", "rope_scaling"));
                    c.set("rope_parameters", object("'rope_type': 'linear', 'factor': 2, 'rope_theta': 500.0"));
                }),
                config(
                        EnumSet.of(TINY_OLMOE, TINY_QWEN2_MOE),
                        "top k",
                        "renormalised",
                        c -> c.put("norm_topk_prob", true)),
                config(EnumSet.of(TINY_QWEN3_MOE), "top k", "not renormalised", c -> c.put("norm_topk_prob", false)),
                config(EnumSet.of(TINY_OLMOE, TINY_QWEN3_MOE), "bias", "biases", c -> c.put("attention_bias", true)),
                config(EnumSet.of(TINY_QWEN2_MOE), "bias", "no biases", c -> c.put("qkv_bias", false)),
                config(EnumSet.of(TINY_OLMOE), "clip", "clipped at 0.5", c -> c.put("clip_qkv", 0.5)),
                config(EnumSet.of(TINY_MIXTRAL), "window", "window of 5", c -> c.put("sliding_window", 5)),
                config(EnumSet.of(TINY_MIXTRAL), "window", "window of 1", c -> c.put("sliding_window", 1)),
                config(
                        QWEN,
                        "window",
                        "window of 7",
                        c -> c.put("use_sliding_window", true).put("sliding_window", 7)),
                config(EnumSet.of(TINY_QWEN2_MOE), "window", "window in the second layer", c -> {
                    c.put("use_sliding_window", true).put("sliding_window", 20);
                    c.putArray("layer_types").add("full_attention").add("sliding_attention");
                }),
                config(QWEN, "dense", "every second layer dense", c -> c.put("decoder_sparse_step", 2)),
                config(
                        QWEN,
                        "dense",
                        "second layer dense",
                        c -> c.putArray("mlp_only_layers").add(1)),
                config(
                        EnumSet.of(TINY_QWEN2_MOE),
                        "shared",
                        "shared expert of 3",
                        c -> c.put("shared_expert_intermediate_size", 3)));
    }

    /** Whether a variant may have both. One layer cannot be the second one. */
    boolean goesWith(Feature other) {
        return !kind.equals(other.kind) && !needsTwoLayersThatHasOne(other) && !other.needsTwoLayersThatHasOne(this);
    }

    private boolean needsTwoLayersThatHasOne(Feature other) {
        return (kind.equals("dense") || kind.equals("window")) && other.kind.equals("layers");
    }

    private static Feature config(Set<Blueprint> architectures, String kind, String name, Consumer<ObjectNode> change) {
        return new Feature(kind, architectures, variant -> variant.with(name, change));
    }

    private static Feature rope(String name, String keys) {
        return config(ALL, "rope", name, c -> c.set("rope_scaling", object(keys)));
    }

    static ObjectNode experts(ObjectNode config, int experts) {
        return config.put(config.has("num_local_experts") ? "num_local_experts" : "num_experts", experts);
    }

    private static void oddWidths(ObjectNode config) {
        for (String key : Arrays.asList("intermediate_size", "moe_intermediate_size")) {
            if (config.has(key)) {
                config.put(key, 11);
            }
        }
    }

    private static ObjectNode object(String keys) {
        try {
            return (ObjectNode) new ObjectMapper().readTree("{" + keys.replace('\'', '"') + "}");
        } catch (JsonProcessingException e) {
            throw new AssertionError(keys, e);
        }
    }
}
