package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ExpertNames;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights that a config implies, with the names and shapes of Hugging Face's decoder models: embeddings, layer after
 * layer, final norm and head.
 */
public final class DecoderTensors {
    static final String HEAD = "lm_head.weight";

    /** A weight. */
    public record Tensor(String name, List<Long> shape) {
        public Tensor {
            requireNonNull(name, "name is null");
            shape = List.copyOf(shape);
        }

        /** Number of elements. */
        public long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private final ModelConfig config;
    private final List<Tensor> tensors = new ArrayList<>();

    private DecoderTensors(ModelConfig config) {
        this.config = config;
    }

    /** Returns the weights of a model, each once. */
    public static List<Tensor> of(ModelConfig config) {
        DecoderTensors tensors = new DecoderTensors(config);
        tensors.addAll();
        return List.copyOf(tensors.tensors);
    }

    private void addAll() {
        add("model.embed_tokens.weight", config.vocabSize(), config.hiddenSize());
        for (int layer = 0; layer < config.layers().size(); layer++) {
            String prefix = "model.layers." + layer + ".";
            add(prefix + "input_layernorm.weight", config.hiddenSize());
            attention(prefix + "self_attn.");
            add(prefix + "post_attention_layernorm.weight", config.hiddenSize());
            FeedForward feedForward = config.layers().get(layer).feedForward();
            if (feedForward instanceof FeedForward.Sparse mixture) {
                mixture(prefix + config.expertNames().block(), mixture);
            } else if (feedForward instanceof FeedForward.Dense dense) {
                swiGlu(prefix + ExpertNames.MLP.block(), ExpertNames.MLP, dense.intermediateSize());
            }
        }
        add("model.norm.weight", config.hiddenSize());
        if (!config.tieWordEmbeddings()) {
            add(HEAD, config.vocabSize(), config.hiddenSize());
        }
    }

    private void attention(String prefix) {
        long hidden = config.hiddenSize();
        long queries = (long) config.heads() * config.headDim();
        long keys = (long) config.keyValueHeads() * config.headDim();
        boolean inputBias = config.attentionBias() != AttentionBias.NONE;
        projection(prefix + "q_proj", inputBias, queries, hidden);
        projection(prefix + "k_proj", inputBias, keys, hidden);
        projection(prefix + "v_proj", inputBias, keys, hidden);
        projection(prefix + "o_proj", config.attentionBias() == AttentionBias.ALL, hidden, queries);
        switch (config.qkNorm()) {
            case NONE -> {}
            case PROJECTION -> {
                add(prefix + "q_norm.weight", queries);
                add(prefix + "k_norm.weight", keys);
            }
            case HEAD -> {
                add(prefix + "q_norm.weight", config.headDim());
                add(prefix + "k_norm.weight", config.headDim());
            }
        }
    }

    private void projection(String name, boolean bias, long rows, long columns) {
        add(name + ".weight", rows, columns);
        if (bias) {
            add(name + ".bias", rows);
        }
    }

    private void mixture(String block, FeedForward.Sparse mixture) {
        add(block + ".gate.weight", mixture.experts(), config.hiddenSize());
        for (int expert = 0; expert < mixture.experts(); expert++) {
            swiGlu(block + ".experts." + expert, config.expertNames(), mixture.intermediateSize());
        }
        mixture.sharedExpertSize().ifPresent(size -> {
            swiGlu(block + ".shared_expert", config.expertNames(), size);
            add(block + ".shared_expert_gate.weight", 1, config.hiddenSize());
        });
    }

    private void swiGlu(String prefix, ExpertNames names, long intermediate) {
        long hidden = config.hiddenSize();
        add(prefix + "." + names.gate() + ".weight", intermediate, hidden);
        add(prefix + "." + names.up() + ".weight", intermediate, hidden);
        add(prefix + "." + names.down() + ".weight", hidden, intermediate);
    }

    private void add(String name, long size) {
        tensors.add(new Tensor(name, List.of(size)));
    }

    private void add(String name, long rows, long columns) {
        tensors.add(new Tensor(name, List.of(rows, columns)));
    }
}
