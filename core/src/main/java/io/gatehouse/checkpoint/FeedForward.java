package io.gatehouse.checkpoint;

/** The second half of a transformer layer. */
public sealed interface FeedForward {
    /** One SwiGLU for all tokens. */
    record Dense(int intermediateSize) implements FeedForward {
        public Dense {
            if (intermediateSize < 1) {
                throw new IllegalArgumentException("intermediateSize is " + intermediateSize);
            }
        }
    }

    /**
     * A mixture of experts, each a SwiGLU: the softmax over all experts chooses {@code topK} of them for each token.
     * Their probabilities are the weights, divided by their sum where {@code normTopK}.
     */
    record Sparse(int experts, int topK, int intermediateSize, boolean normTopK) implements FeedForward {
        public Sparse {
            if (topK < 1 || topK > experts || intermediateSize < 1) {
                throw new IllegalArgumentException(
                        "Top %d of %d experts of size %d is no mixture".formatted(topK, experts, intermediateSize));
            }
        }
    }
}
