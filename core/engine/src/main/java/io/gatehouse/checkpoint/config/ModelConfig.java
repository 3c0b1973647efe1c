package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Everything in config.json that changes the model's result, in one form.
 *
 * @param clipQkv clamps queries, keys and values to ± its value
 * @param maxPositions tokens of the longest text that the model reads, its rotary embedding stretched as far as it goes
 */
public record ModelConfig(
        String architecture,
        int vocabSize,
        int hiddenSize,
        int heads,
        int keyValueHeads,
        int headDim,
        float rmsNormEps,
        Optional<Float> clipQkv,
        AttentionBias attentionBias,
        QkNorm qkNorm,
        boolean tieWordEmbeddings,
        int maxPositions,
        Rope rope,
        ExpertNames expertNames,
        List<Layer> layers) {
    public ModelConfig {
        requireNonNull(architecture, "architecture is null");
        requireNonNull(clipQkv, "clipQkv is null");
        requireNonNull(qkNorm, "qkNorm is null");
        requireNonNull(rope, "rope is null");
        requireNonNull(attentionBias, "attentionBias is null");
        requireNonNull(expertNames, "expertNames is null");
        layers = List.copyOf(layers);
        if (vocabSize < 1 || hiddenSize < 1 || headDim < 1 || maxPositions < 1 || layers.isEmpty()) {
            throw new IllegalArgumentException("A size is not positive");
        }
        if (keyValueHeads < 1 || heads < keyValueHeads || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "%d heads cannot share %d key-value heads".formatted(heads, keyValueHeads));
        }
    }

    /** The same model with a head that is not the embeddings. */
    public ModelConfig withOwnHead() {
        return with(false, layers);
    }

    /** The same model with other layers. */
    public ModelConfig withLayers(List<Layer> others) {
        return with(tieWordEmbeddings, others);
    }

    private ModelConfig with(boolean tied, List<Layer> changed) {
        return new ModelConfig(
                architecture,
                vocabSize,
                hiddenSize,
                heads,
                keyValueHeads,
                headDim,
                rmsNormEps,
                clipQkv,
                attentionBias,
                qkNorm,
                tied,
                maxPositions,
                rope,
                expertNames,
                changed);
    }

    /** What follows the attention in each layer, in the order of the layers. */
    public List<FeedForward> feedForwards() {
        return layers.stream().map(Layer::feedForward).toList();
    }
}
