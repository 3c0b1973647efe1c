package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a model, as far as it is known.
 *
 * @param experts its experts; 0 if it has none
 * @param topK experts that each token is sent to, after interventions; 0 if it has none
 * @param router null if it has none or its router is unknown
 * @param expertBytes size of one of its experts in the checkpoint; 0 if it has none or that is unknown
 */
public record ModelLayer(
        Kind kind, int experts, int topK, @Nullable Router router, long expertBytes) implements Serializable {
    /** The parts of a layer. */
    public enum Kind {
        /** One feed-forward block for all tokens. */
        DENSE("dense"),
        /** A router and experts. */
        MOE("moe"),
        /** Attention and no feed-forward block. */
        ATTENTION("attention"),
        /** A state-space mixer and no feed-forward block. */
        STATE_SPACE("state_space"),
        /** Unknown, for an imported run. */
        UNKNOWN("");

        private final String id;

        Kind(String id) {
            this.id = id;
        }

        /** Returns its name in the file and in SQL; empty if unknown, which is NULL there. */
        public String id() {
            return id;
        }
    }

    /**
     * The function by which a router turns scores into weights.
     *
     * @param kind function that makes probabilities of scores, such as softmax
     * @param scale factor of the weights
     * @param renormalised whether the weights of a token are divided by their sum
     */
    public record Router(String kind, double scale, boolean renormalised) implements Serializable {
        public Router {
            requireNonNull(kind, "kind is null");
        }
    }

    public ModelLayer {
        requireNonNull(kind, "kind is null");
        if (kind == Kind.MOE) {
            if (experts < 1 || experts > Short.MAX_VALUE) {
                throw new IllegalArgumentException("Experts not in 1..%d: %d".formatted(Short.MAX_VALUE, experts));
            }
            if (topK < 1 || topK > experts) {
                throw new IllegalArgumentException("Top-k not in 1..%d: %d".formatted(experts, topK));
            }
            if (expertBytes < 0) {
                throw new IllegalArgumentException("An expert of %d bytes".formatted(expertBytes));
            }
        } else if (experts != 0 || topK != 0 || router != null || expertBytes != 0) {
            throw new IllegalArgumentException("A layer of kind %s has no experts".formatted(kind));
        }
    }

    /** A layer with experts. */
    public static ModelLayer moe(int experts, int topK, @Nullable Router router) {
        return new ModelLayer(Kind.MOE, experts, topK, router, 0);
    }

    /** A layer without experts. */
    public static ModelLayer of(Kind kind) {
        return new ModelLayer(kind, 0, 0, null, 0);
    }

    /** Returns the same layer with experts of this size. */
    public ModelLayer withExpertBytes(long bytes) {
        return new ModelLayer(kind, experts, topK, router, bytes);
    }

    /** Returns layers with equal numbers of experts and unknown routers. */
    public static List<ModelLayer> alike(int layers, int experts, int topK) {
        return Collections.nCopies(layers, moe(experts, topK, null));
    }
}
