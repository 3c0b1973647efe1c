package io.gatehouse.sample.training;

/**
 * The sizes of an OLMoE model.
 *
 * @param vocabulary rows of the embedding and of the head
 * @param hidden width of the residual stream
 * @param intermediate width inside one expert
 * @param topK experts that each token goes through
 * @param positions longest text in tokens
 */
public record Dimensions(
        int vocabulary, int layers, int hidden, int heads, int experts, int topK, int intermediate, int positions) {
    static final float RMS_NORM_EPSILON = 1e-5f;
    static final double ROPE_THETA = 10_000;

    public Dimensions {
        if (hidden % heads != 0 || (hidden / heads) % 2 != 0 || topK > experts) {
            throw new IllegalArgumentException(
                    "Not a model: hidden %d, heads %d, experts %d, topK %d".formatted(hidden, heads, experts, topK));
        }
    }

    int headDim() {
        return hidden / heads;
    }
}
