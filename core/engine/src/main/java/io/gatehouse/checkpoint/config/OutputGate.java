package io.gatehouse.checkpoint.config;

/** What the output of the attention is multiplied with before the output projection: a function of the layer's input. */
public enum OutputGate {
    NONE,
    /** sigmoid(W x), a factor for each element. */
    SIGMOID,
    /**
     * The same, where the query projection computes it: for each head its query, then the logits of its gate (Qwen3-Next).
     */
    SIGMOID_OF_QUERY,
    /** sigmoid(W x + b), a factor for each element, where b is one number for each head (Beam). */
    SIGMOID_BIASED_BY_HEAD,
    /** sigmoid(W x), a factor for each head. */
    SIGMOID_HEAD,
    /** softplus(W x), a factor for each element. */
    SOFTPLUS,
    /** softplus(W x), a factor for each head. */
    SOFTPLUS_HEAD;

    /** Whether the function is a sigmoid. */
    public boolean isSigmoid() {
        return this == SIGMOID || this == SIGMOID_OF_QUERY || this == SIGMOID_BIASED_BY_HEAD || this == SIGMOID_HEAD;
    }

    /** Whether there is one factor for all elements of a head. */
    public boolean isPerHead() {
        return this == SIGMOID_HEAD || this == SOFTPLUS_HEAD;
    }
}
