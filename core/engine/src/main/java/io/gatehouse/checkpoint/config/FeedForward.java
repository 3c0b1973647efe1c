package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

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
     * @param latent of what the routed experts read and write, where it is not the residual stream
     * @param identities how many of the experts, the last ones, return what they read (LongCat-Flash)
     * @param outputNorm norm of the output of each expert before it is weighed
     * @param outputBias whether a vector is added to the weighted sum
     */
    record Sparse(
            int experts,
            int topK,
            Mlp expert,
            Router router,
            Optional<SharedExpert> shared,
            Optional<Mlp> beside,
            Optional<Latent> latent,
            int identities,
            Optional<Norm> outputNorm,
            boolean outputBias)
            implements FeedForward {
        /**
         * A space of another width, with a projection there and back (Nemotron).
         *
         * @param norm of what the experts read
         */
        public record Latent(int size, Optional<Norm> norm) {
            public Latent {
                requireNonNull(norm, "norm is null");
                if (size < 1) {
                    throw new IllegalArgumentException("A width of " + size);
                }
            }
        }

        public Sparse {
            requireNonNull(expert, "expert is null");
            requireNonNull(router, "router is null");
            requireNonNull(shared, "shared is null");
            requireNonNull(beside, "beside is null");
            requireNonNull(latent, "latent is null");
            requireNonNull(outputNorm, "outputNorm is null");
            if (topK < 1 || topK > experts) {
                throw new IllegalArgumentException(
                        "A MoE layer cannot select %d of %d experts".formatted(topK, experts));
            }
            if (identities < 0 || identities >= experts) {
                throw new IllegalArgumentException("%d of %d experts compute nothing".formatted(identities, experts));
            }
        }

        /** A mixture with nothing beside its experts, of full width. */
        public Sparse(int experts, int topK, Mlp expert, Router router) {
            this(
                    experts,
                    topK,
                    expert,
                    router,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    false);
        }

        /** The same mixture with another number of experts for each token. */
        public Sparse withTopK(int k) {
            return new Sparse(experts, k, expert, router, shared, beside, latent, identities, outputNorm, outputBias);
        }

        /** The same mixture with a shared expert. */
        public Sparse with(SharedExpert another) {
            return new Sparse(
                    experts,
                    topK,
                    expert,
                    router,
                    Optional.of(another),
                    beside,
                    latent,
                    identities,
                    outputNorm,
                    outputBias);
        }

        /** The same mixture beside a feed-forward block. */
        public Sparse besideOf(Mlp block) {
            return new Sparse(
                    experts,
                    topK,
                    expert,
                    router,
                    shared,
                    Optional.of(block),
                    latent,
                    identities,
                    outputNorm,
                    outputBias);
        }

        /** The same mixture with experts of another width. */
        public Sparse in(Latent space) {
            return new Sparse(
                    experts,
                    topK,
                    expert,
                    router,
                    shared,
                    beside,
                    Optional.of(space),
                    identities,
                    outputNorm,
                    outputBias);
        }

        /** The same mixture, of whose experts the last ones return what they read. */
        public Sparse withIdentities(int count) {
            return new Sparse(experts, topK, expert, router, shared, beside, latent, count, outputNorm, outputBias);
        }

        /** The same mixture with a norm of each expert's output. */
        public Sparse withOutputNorm(Norm norm) {
            return new Sparse(
                    experts, topK, expert, router, shared, beside, latent, identities, Optional.of(norm), outputBias);
        }

        /** The same mixture with a vector that is added to the weighted sum. */
        public Sparse withOutputBias() {
            return new Sparse(experts, topK, expert, router, shared, beside, latent, identities, outputNorm, true);
        }

        /** How many experts have weights: the first ones. */
        public int networks() {
            return experts - identities;
        }

        /** Width of what the experts read and write, where the residual stream has {@code hidden} entries. */
        public int width(int hidden) {
            return latent.map(Latent::size).orElse(hidden);
        }

        /** Entries between the projections of an expert. */
        public int intermediateSize() {
            return expert.size();
        }
    }
}
