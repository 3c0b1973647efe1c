package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Everything in config.json that changes the model's result, in one form: a choice for each part of the graph. A family
 * reads its keys into this record, and the graph is built from it alone.
 *
 * @param maxPositions tokens of the longest text that the model reads, its rotary embedding stretched as far as it goes
 * @param embeddingFactor what the embeddings are multiplied with
 */
public record ModelConfig(
        String architecture,
        int vocabSize,
        int hiddenSize,
        int maxPositions,
        float embeddingFactor,
        List<Layer> layers,
        Head head) {
    public ModelConfig {
        requireNonNull(architecture, "architecture is null");
        requireNonNull(head, "head is null");
        layers = List.copyOf(layers);
        if (vocabSize < 1 || hiddenSize < 1 || maxPositions < 1 || layers.isEmpty()) {
            throw new IllegalArgumentException("A size is not positive");
        }
    }

    /** The same model with a head that is not the embeddings. */
    public ModelConfig withOwnHead() {
        return new ModelConfig(
                architecture, vocabSize, hiddenSize, maxPositions, embeddingFactor, layers, head.withOwnWeights());
    }

    /** The same model with other layers. */
    public ModelConfig withLayers(List<Layer> others) {
        return new ModelConfig(architecture, vocabSize, hiddenSize, maxPositions, embeddingFactor, others, head);
    }

    /** What follows the mixer in each layer, in the order of the layers. */
    public List<FeedForward> feedForwards() {
        return layers.stream().map(Layer::feedForward).toList();
    }

    /** The rotary embeddings of the layers, each once. */
    public List<Rope> ropes() {
        return layers.stream()
                .flatMap(layer -> layer.mixer().rope().stream())
                .distinct()
                .toList();
    }

    /** Whether the head's weights are the embeddings. */
    public boolean tieWordEmbeddings() {
        return head.tied();
    }
}
