package io.gatehouse.sample.random;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.sample.random.Weight.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The weights of a decoder that a config.json describes, in the order of the layers.
 *
 * <p>A matrix is N(0, 1 / inputs), so that it keeps the size of what it multiplies; at a width of 2,048 that is the
 * usual deviation of 0.02. Three are not. The attention's output is divided by sqrt(2 x layers) (Radford et al., 2019):
 * it mixes tokens, and at full size all tokens of a prompt would be alike after some layers and would choose the same
 * experts. Embeddings are N(0, 1), so that tokens differ. Routers are N(0, 4 / inputs): logits of deviation 2 give gates
 * that prefer some experts clearly, as trained ones do. Norms are N(1, 0.1^2) and biases N(0, 0.1^2).
 */
final class DecoderWeights {
    private static final Spread NORM = new Spread(1, 0.1);
    private static final Spread BIAS = new Spread(0, 0.1);

    private enum Family {
        OLMOE,
        MIXTRAL,
        QWEN2_MOE,
        QWEN3_MOE
    }

    private final JsonNode config;
    private final Family family;
    private final int layers;
    private final long hidden;
    private final List<Weight> weights = new ArrayList<>();

    private DecoderWeights(JsonNode config) {
        this.config = config;
        this.family = Family.valueOf(config.required("model_type").asText().toUpperCase(Locale.ROOT));
        this.layers = size("num_hidden_layers");
        this.hidden = size("hidden_size");
    }

    static List<Weight> of(JsonNode config) {
        return new DecoderWeights(config).all();
    }

    private List<Weight> all() {
        boolean tied = config.path("tie_word_embeddings").asBoolean();
        long vocabulary = size("vocab_size");
        double deviation = tied ? 1 / Math.sqrt((double) hidden) : 1;
        weights.add(new Weight("model.embed_tokens.weight", List.of(vocabulary, hidden), new Spread(0, deviation)));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "model.layers." + layer + ".";
            vector(prefix + "input_layernorm.weight", hidden, NORM);
            attention(prefix + "self_attn.");
            vector(prefix + "post_attention_layernorm.weight", hidden, NORM);
            if (isSparse(layer)) {
                mixture(prefix + (family == Family.MIXTRAL ? "block_sparse_moe." : "mlp."));
            } else {
                feedForward(prefix + "mlp.", size("intermediate_size"));
            }
        }
        vector("model.norm.weight", hidden, NORM);
        if (!tied) {
            matrix("lm_head.weight", vocabulary, hidden, 1);
        }
        return weights;
    }

    private void attention(String prefix) {
        long heads = size("num_attention_heads");
        long headDim = config.path("head_dim").asLong(hidden / heads);
        long queries = heads * headDim;
        long keys = config.path("num_key_value_heads").asLong(heads) * headDim;
        boolean allBiased = config.path("attention_bias").asBoolean();
        boolean biased = family == Family.QWEN2_MOE ? config.path("qkv_bias").asBoolean(true) : allBiased;
        projection(prefix + "q_proj", queries, hidden, 1, biased);
        projection(prefix + "k_proj", keys, hidden, 1, biased);
        projection(prefix + "v_proj", keys, hidden, 1, biased);
        projection(prefix + "o_proj", hidden, queries, 1 / Math.sqrt(2.0 * layers), allBiased);
        switch (family) {
            case OLMOE -> queryAndKeyNorm(prefix, queries, keys);
            case QWEN3_MOE -> queryAndKeyNorm(prefix, headDim, headDim);
            case MIXTRAL, QWEN2_MOE -> {}
        }
    }

    private void queryAndKeyNorm(String prefix, long queries, long keys) {
        vector(prefix + "q_norm.weight", queries, NORM);
        vector(prefix + "k_norm.weight", keys, NORM);
    }

    private boolean isSparse(int layer) {
        for (JsonNode dense : config.path("mlp_only_layers")) {
            if (dense.asInt() == layer) {
                return false;
            }
        }
        return (layer + 1) % config.path("decoder_sparse_step").asInt(1) == 0;
    }

    private void mixture(String prefix) {
        int experts = size(family == Family.MIXTRAL ? "num_local_experts" : "num_experts");
        matrix(prefix + "gate.weight", experts, hidden, 2);
        for (int expert = 0; expert < experts; expert++) {
            String own = prefix + "experts." + expert + ".";
            switch (family) {
                case OLMOE -> feedForward(own, size("intermediate_size"));
                case MIXTRAL -> swiGlu(own, "w1", "w3", "w2", size("intermediate_size"));
                case QWEN2_MOE, QWEN3_MOE -> feedForward(own, size("moe_intermediate_size"));
            }
        }
        if (family == Family.QWEN2_MOE) {
            feedForward(prefix + "shared_expert.", size("shared_expert_intermediate_size"));
            matrix(prefix + "shared_expert_gate.weight", 1, hidden, 2);
        }
    }

    private void feedForward(String prefix, long width) {
        swiGlu(prefix, "gate_proj", "up_proj", "down_proj", width);
    }

    private void swiGlu(String prefix, String gate, String up, String down, long width) {
        matrix(prefix + gate + ".weight", width, hidden, 1);
        matrix(prefix + up + ".weight", width, hidden, 1);
        matrix(prefix + down + ".weight", hidden, width, 1);
    }

    private void projection(String name, long out, long in, double gain, boolean biased) {
        matrix(name + ".weight", out, in, gain);
        if (biased) {
            vector(name + ".bias", out, BIAS);
        }
    }

    private void matrix(String name, long out, long in, double gain) {
        weights.add(new Weight(name, List.of(out, in), new Spread(0, gain / Math.sqrt((double) in))));
    }

    private void vector(String name, long size, Spread spread) {
        weights.add(new Weight(name, List.of(size), spread));
    }

    private int size(String key) {
        return config.required(key).asInt();
    }
}
