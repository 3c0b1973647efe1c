package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalInt;

/** The second half of a transformer layer. */
public sealed interface FeedForward {
    /** One network for all tokens. */
    record Dense(Mlp mlp) implements FeedForward {
        public Dense {
            requireNonNull(mlp, "mlp is null");
        }

        /** A SwiGLU. */
        public Dense(int intermediateSize) {
            this(Mlp.swiGlu(intermediateSize));
        }
    }

    /** A layer that ends after its mixer. */
    record Absent() implements FeedForward {}

    /**
     * A mixture of experts, of which the router chooses {@code topK} for each token.
     *
     * @param expert what each expert computes
     * @param shared what every token passes beside its experts
     * @param beside a whole feed-forward block of its own beside the mixture, with norms of its own (Gemma 4)
     * @param latentSize width of what the routed experts read and write, where it is not that of the residual stream:
     *     a projection leads there and back (Nemotron)
     */
    record Sparse(
            int experts,
            int topK,
            Mlp expert,
            Router router,
            Optional<SharedExpert> shared,
            Optional<Mlp> beside,
            OptionalInt latentSize)
            implements FeedForward {
        public Sparse {
            requireNonNull(expert, "expert is null");
            requireNonNull(router, "router is null");
            requireNonNull(shared, "shared is null");
            requireNonNull(beside, "beside is null");
            requireNonNull(latentSize, "latentSize is null");
            if (topK < 1 || topK > experts) {
                throw new IllegalArgumentException(
                        "A MoE layer cannot select %d of %d experts".formatted(topK, experts));
            }
        }

        /** A mixture with nothing beside its experts, of full width. */
        public Sparse(int experts, int topK, Mlp expert, Router router) {
            this(experts, topK, expert, router, Optional.empty(), Optional.empty(), OptionalInt.empty());
        }

        /** The same mixture with another number of experts for each token. */
        public Sparse withTopK(int k) {
            return new Sparse(experts, k, expert, router, shared, beside, latentSize);
        }

        /** The same mixture with a shared expert. */
        public Sparse with(SharedExpert another) {
            return new Sparse(experts, topK, expert, router, Optional.of(another), beside, latentSize);
        }

        /** The same mixture beside a feed-forward block. */
        public Sparse besideOf(Mlp block) {
            return new Sparse(experts, topK, expert, router, shared, Optional.of(block), latentSize);
        }

        /** The same mixture with experts of another width. */
        public Sparse inLatent(int size) {
            return new Sparse(experts, topK, expert, router, shared, beside, OptionalInt.of(size));
        }

        /** Entries between the projections of an expert. */
        public int intermediateSize() {
            return expert.size();
        }
    }
}
