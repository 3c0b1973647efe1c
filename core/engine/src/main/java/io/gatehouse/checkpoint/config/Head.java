package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What makes logits of the last states: cap(factor × (W norm(h) + bias)).
 *
 * @param norm the final norm
 * @param tied whether W are the embeddings
 * @param softCap z becomes cap × tanh(z / cap)
 */
public record Head(Norm norm, boolean tied, boolean biased, float factor, Optional<Float> softCap) {
    public Head {
        requireNonNull(norm, "norm is null");
        requireNonNull(softCap, "softCap is null");
    }

    /** W norm(h). */
    public static Head plain(Norm norm, boolean tied) {
        return new Head(norm, tied, false, 1, Optional.empty());
    }

    /** The same with weights that are not the embeddings. */
    public Head withOwnWeights() {
        return new Head(norm, false, biased, factor, softCap);
    }
}
