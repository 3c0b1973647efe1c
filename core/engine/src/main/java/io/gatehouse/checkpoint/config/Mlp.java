package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

/**
 * A feed-forward network: down(activation(gate x, up x)).
 *
 * @param size entries between the projections
 * @param biased whether its projections add biases
 */
public record Mlp(int size, Activation activation, boolean biased) {
    public Mlp {
        requireNonNull(activation, "activation is null");
        if (size < 1) {
            throw new IllegalArgumentException("A feed-forward network of size " + size);
        }
    }

    /** A SwiGLU without biases. */
    public static Mlp swiGlu(int size) {
        return new Mlp(size, new Activation.SwiGlu(), false);
    }

    /** The same network with another size. */
    public Mlp withSize(int other) {
        return new Mlp(other, activation, biased);
    }
}
