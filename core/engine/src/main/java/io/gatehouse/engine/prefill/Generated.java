package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

/**
 * A generated text. The arrays are not copied.
 *
 * @param tokens that follow the prompt
 * @param logProbabilities natural logarithm of the probability of each under the softmax over the whole vocabulary
 */
public record Generated(int[] tokens, float[] logProbabilities, Finish finish) {
    /** Why a text ends. */
    public enum Finish {
        /** With an end token of the model. */
        END_TOKEN,
        /** With a list of tokens that was to end it. */
        STOP_SEQUENCE,
        /** With a text that was to end it. */
        STOP_TEXT,
        /** At the most tokens that were asked for. */
        LENGTH
    }

    public Generated {
        requireNonNull(finish, "finish is null");
        if (tokens.length != logProbabilities.length) {
            throw new IllegalArgumentException(
                    "%d tokens and %d probabilities".formatted(tokens.length, logProbabilities.length));
        }
    }
}
