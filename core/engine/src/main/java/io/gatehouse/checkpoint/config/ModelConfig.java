package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything in config.json that changes the model's result, in one form: a choice for each part of the graph. A family
 * reads its keys into this record, and the graph is built from it alone.
 *
 * @param maxPositions tokens of the longest text that the model reads, its rotary embedding stretched as far as it goes
 * @param embeddingFactor what the embeddings are multiplied with
 * @param embeddingNorm norm of the embeddings, which has no weight
 * @param placeholders tokens that stand for images; without one, they are embedded as token 0 is
 */
public record ModelConfig(
        String architecture,
        int vocabSize,
        int hiddenSize,
        int maxPositions,
        float embeddingFactor,
        Optional<Norm> embeddingNorm,
        Set<Integer> placeholders,
        List<Layer> layers,
        Head head) {
    public ModelConfig {
        requireNonNull(architecture, "architecture is null");
        requireNonNull(embeddingNorm, "embeddingNorm is null");
        requireNonNull(head, "head is null");
        placeholders = Set.copyOf(placeholders);
        layers = List.copyOf(layers);
        if (vocabSize < 1 || hiddenSize < 1 || maxPositions < 1 || layers.isEmpty()) {
            throw new IllegalArgumentException("A size is not positive");
        }
    }

    /** A model without placeholders, whose embeddings have no norm. */
    public ModelConfig(
            String architecture,
            int vocabSize,
            int hiddenSize,
            int maxPositions,
            float embeddingFactor,
            List<Layer> layers,
            Head head) {
        this(
                architecture,
                vocabSize,
                hiddenSize,
                maxPositions,
                embeddingFactor,
                Optional.empty(),
                Set.of(),
                layers,
                head);
    }

    /** The same model with a head that is not the embeddings. */
    public ModelConfig withOwnHead() {
        return with(embeddingNorm, placeholders, layers, head.withOwnWeights());
    }

    /** The same model with other layers. */
    public ModelConfig withLayers(List<Layer> others) {
        return with(embeddingNorm, placeholders, others, head);
    }

    /** The same model with tokens that stand for images. */
    public ModelConfig withPlaceholders(Set<Integer> tokens) {
        return with(embeddingNorm, tokens, layers, head);
    }

    /** The same model with a norm of the embeddings. */
    public ModelConfig withEmbeddingNorm(Norm norm) {
        return with(Optional.of(norm), placeholders, layers, head);
    }

    private ModelConfig with(
            Optional<Norm> otherNorm, Set<Integer> otherPlaceholders, List<Layer> otherLayers, Head otherHead) {
        return new ModelConfig(
                architecture,
                vocabSize,
                hiddenSize,
                maxPositions,
                embeddingFactor,
                otherNorm,
                otherPlaceholders,
                otherLayers,
                otherHead);
    }

    /** The residual streams, where there are several. */
    public Optional<Residual.Streams> streams() {
        return layers.get(0).residual().streams();
    }

    /** Entries of a token's state between layers. */
    public int stateSize() {
        return hiddenSize * streams().map(Residual.Streams::count).orElse(1);
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
