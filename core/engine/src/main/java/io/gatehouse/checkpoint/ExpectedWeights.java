package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.config.AttentionBias;
import io.gatehouse.checkpoint.config.ExpertNames;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Checks the weights that a config implies against those in the files: present, of the right shape and of a floating
 * type. Names and shapes are those of Hugging Face's decoder models.
 */
final class ExpectedWeights {
    static final String HEAD = "lm_head.weight";

    private static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.F16, DType.BF16);

    private final ModelConfig config;
    private final WeightFiles files;
    private final List<TensorInfo> found = new ArrayList<>();

    ExpectedWeights(ModelConfig config, WeightFiles files) {
        this.config = config;
        this.files = files;
    }

    /** Returns the weights that the config implies, each once. */
    List<TensorInfo> check() {
        embeddings();
        for (int layer = 0; layer < config.layers().size(); layer++) {
            attention(layer);
            feedForward(layer);
        }
        return List.copyOf(found);
    }

    private void embeddings() {
        require("model.embed_tokens.weight", config.vocabSize(), config.hiddenSize());
        require("model.norm.weight", config.hiddenSize());
        if (!config.tieWordEmbeddings()) {
            require(HEAD, config.vocabSize(), config.hiddenSize());
        }
    }

    private void attention(int layer) {
        String prefix = "model.layers.%d.".formatted(layer);
        String attention = prefix + "self_attn.";
        long hidden = config.hiddenSize();
        long queries = (long) config.heads() * config.headDim();
        long keys = (long) config.keyValueHeads() * config.headDim();
        require(prefix + "input_layernorm.weight", hidden);
        require(prefix + "post_attention_layernorm.weight", hidden);
        boolean inputBias = config.attentionBias() != AttentionBias.NONE;
        projection(attention + "q_proj", inputBias, queries, hidden);
        projection(attention + "k_proj", inputBias, keys, hidden);
        projection(attention + "v_proj", inputBias, keys, hidden);
        projection(attention + "o_proj", config.attentionBias() == AttentionBias.ALL, hidden, queries);
        switch (config.qkNorm()) {
            case NONE -> {}
            case PROJECTION -> {
                require(attention + "q_norm.weight", queries);
                require(attention + "k_norm.weight", keys);
            }
            case HEAD -> {
                require(attention + "q_norm.weight", config.headDim());
                require(attention + "k_norm.weight", config.headDim());
            }
        }
    }

    private void feedForward(int layer) {
        String prefix = "model.layers.%d.".formatted(layer);
        FeedForward feedForward = config.layers().get(layer).feedForward();
        if (feedForward instanceof FeedForward.Sparse mixture) {
            mixture(prefix + config.expertNames().block(), mixture);
        } else if (feedForward instanceof FeedForward.Dense dense) {
            swiGlu(prefix + ExpertNames.MLP.block(), ExpertNames.MLP, dense.intermediateSize());
        }
    }

    private void mixture(String block, FeedForward.Sparse mixture) {
        require(block + ".gate.weight", mixture.experts(), config.hiddenSize());
        for (int expert = 0; expert < mixture.experts(); expert++) {
            swiGlu(block + ".experts." + expert, config.expertNames(), mixture.intermediateSize());
        }
        refuseMoreExperts(block, mixture.experts());
        mixture.sharedExpertSize().ifPresent(size -> {
            swiGlu(block + ".shared_expert", config.expertNames(), size);
            require(block + ".shared_expert_gate.weight", 1, config.hiddenSize());
        });
    }

    private void refuseMoreExperts(String block, int experts) {
        String next = "%s.experts.%d.%s.weight"
                .formatted(block, experts, config.expertNames().down());
        files.find(next).ifPresent(tensor -> {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "%s has a tensor %s; config.json says that a layer has %d experts"
                            .formatted(tensor.file(), next, experts));
        });
    }

    private void swiGlu(String prefix, ExpertNames names, long intermediate) {
        long hidden = config.hiddenSize();
        require(prefix + "." + names.gate() + ".weight", intermediate, hidden);
        require(prefix + "." + names.up() + ".weight", intermediate, hidden);
        require(prefix + "." + names.down() + ".weight", hidden, intermediate);
    }

    private void projection(String name, boolean bias, long rows, long columns) {
        require(name + ".weight", rows, columns);
        if (bias) {
            require(name + ".bias", rows);
        }
    }

    private void require(String name, long... shape) {
        TensorInfo tensor = files.tensor(name);
        var expected = LongStream.of(shape).boxed().collect(Collectors.toUnmodifiableList());
        if (!tensor.shape().equals(expected)) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "Tensor %s of %s has shape %s; config.json implies %s"
                            .formatted(name, tensor.file(), tensor.shape(), expected));
        }
        if (!FLOATS.contains(tensor.dtype())) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "Tensor %s of %s has type %s; Gatehouse reads weights in F32, F16 and BF16"
                            .formatted(name, tensor.file(), tensor.dtype()));
        }
        found.add(tensor);
    }
}
