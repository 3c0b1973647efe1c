package io.gatehouse.checkpoint.config;

/** What a feed-forward block computes between its projections: of gate g and up u, or of up alone. */
public sealed interface Activation {
    /** silu(g) × u (Shazeer, arXiv 2002.05202). */
    record SwiGlu() implements Activation {}

    /** gelu(g) × u, with the tanh form of gelu. */
    record GeluGlu() implements Activation {}

    /** g' × sigmoid(alpha × g') × (u' + 1), where g' = min(g, limit) and u' = min(max(u, -limit), limit) (gpt-oss). */
    record ClampedSwiGlu(float alpha, float limit) implements Activation {}

    /** silu(min(g, limit)) × min(max(u, -limit), limit). */
    record SwiGluOfClamped(float limit) implements Activation {}

    /** min(silu(g), limit) × min(max(u, -limit), limit). */
    record SwiGluThenClamped(float limit) implements Activation {}

    /** max(u, 0)², without a gate. */
    record SquaredRelu() implements Activation {}

    /** Whether there is a gate beside the up projection. */
    default boolean isGated() {
        return !(this instanceof SquaredRelu);
    }
}
