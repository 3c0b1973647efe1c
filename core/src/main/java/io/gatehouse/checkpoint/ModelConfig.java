package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Everything in config.json that changes the model's result, in one dialect. {@code feedForwards} has one entry per
 * layer; {@code clipQkv} clamps queries, keys and values to ±its value.
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
        boolean attentionBias,
        QkNorm qkNorm,
        boolean tieWordEmbeddings,
        int maxPositions,
        Rope rope,
        List<FeedForward> feedForwards) {
    public ModelConfig {
        requireNonNull(architecture, "architecture is null");
        requireNonNull(clipQkv, "clipQkv is null");
        requireNonNull(qkNorm, "qkNorm is null");
        requireNonNull(rope, "rope is null");
        feedForwards = List.copyOf(feedForwards);
        if (vocabSize < 1 || hiddenSize < 1 || headDim < 1 || maxPositions < 1 || feedForwards.isEmpty()) {
            throw new IllegalArgumentException("A size is not positive");
        }
        if (keyValueHeads < 1 || heads < keyValueHeads || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "%d heads cannot share %d key-value heads".formatted(heads, keyValueHeads));
        }
    }

    public int layers() {
        return feedForwards.size();
    }
}
