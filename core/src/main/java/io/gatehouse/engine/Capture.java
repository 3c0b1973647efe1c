package io.gatehouse.engine;

/** How much of the computation leaves the engine. */
public enum Capture {
    /** The routing decisions of every token and the logits of the last one. */
    ROUTING,
    /** All that and every router logit, hidden state and token's logits: for comparing engines on few short prompts. */
    TRACE
}
