package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

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
     *
     * @param sharedExpertSize width of one more SwiGLU that every token passes, weighed by a sigmoid gate of its own;
     *     absent if there is none
     */
    record Sparse(int experts, int topK, int intermediateSize, boolean normTopK, OptionalInt sharedExpertSize)
            implements FeedForward {
        public Sparse {
            requireNonNull(sharedExpertSize, "sharedExpertSize is null");
            if (topK < 1 || topK > experts || intermediateSize < 1 || sharedExpertSize.orElse(1) < 1) {
                throw new IllegalArgumentException("Top-%d of %d experts of size %d is not a valid MoE layer"
                        .formatted(topK, experts, intermediateSize));
            }
        }

        /** The same mixture with another number of experts for each token. */
        public Sparse withTopK(int k) {
            return new Sparse(experts, k, intermediateSize, normTopK, sharedExpertSize);
        }

        /** A mixture without a shared expert. */
        public Sparse(int experts, int topK, int intermediateSize, boolean normTopK) {
            this(experts, topK, intermediateSize, normTopK, OptionalInt.empty());
        }
    }
}
