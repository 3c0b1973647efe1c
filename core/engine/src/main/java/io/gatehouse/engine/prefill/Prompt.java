package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * A text for the model.
 *
 * @param tokens token ids; not copied
 * @param sharedPrefix how many of the first tokens other prompts begin with, too, and which are therefore computed once
 *     for all of them; less than all. It is part of what is computed: a prompt gives the same bits alone and among
 *     others only if it is given with the same prefix
 */
public record Prompt(int[] tokens, int sharedPrefix) implements Serializable {
    public Prompt {
        requireNonNull(tokens, "tokens is null");
        if (sharedPrefix < 0 || (sharedPrefix > 0 && sharedPrefix >= tokens.length)) {
            throw new IllegalArgumentException(
                    "A shared prefix of %d tokens in a prompt of %d".formatted(sharedPrefix, tokens.length));
        }
    }

    /** A prompt that shares nothing. */
    public Prompt(int... tokens) {
        this(tokens, 0);
    }
}
