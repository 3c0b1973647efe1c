package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;

/**
 * How much of the computation leaves the engine, beside the logits of each prompt's last token.
 *
 * @param tokens whose routing decisions
 * @param probabilities whether with the gate's probability of every expert
 * @param expertNorms whether with the L2 norm of each chosen expert's output
 * @param trace whether also every router logit, hidden state and token's logits: for comparing engines on few short
 *     prompts
 */
public record Capture(Tokens tokens, boolean probabilities, boolean expertNorms, boolean trace) {
    /** Whose routing decisions leave the engine. */
    public enum Tokens {
        NONE,
        /** The last token of each prompt, where the answer is read off. */
        LAST,
        ALL
    }

    /** The routing decisions of every token. */
    public static final Capture ROUTING = new Capture(Tokens.ALL, false, false, false);

    /** All there is. */
    public static final Capture TRACE = new Capture(Tokens.ALL, true, true, true);

    public Capture {
        requireNonNull(tokens, "tokens is null");
        if (tokens != Tokens.ALL && trace) {
            throw new IllegalArgumentException("A trace is of all tokens");
        }
    }

    /** Otherwise the last layer's experts run for the last token of each prompt only. */
    boolean everyOutput() {
        return trace || (expertNorms && tokens == Tokens.ALL);
    }
}
