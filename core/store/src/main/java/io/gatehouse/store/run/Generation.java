package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * How a run generated text after its prompts, as in the table {@code runs}.
 *
 * @param maxNewTokens most tokens after each prompt; 0 if the run generated none
 * @param sampling how tokens were chosen, such as {@value #GREEDY}; empty if none were
 */
public record Generation(int maxNewTokens, String sampling) implements Serializable {
    /** The sampling that takes the most probable token each time. */
    public static final String GREEDY = "greedy";

    /** Of a run that ends at the last prompt token. */
    public static final Generation NONE = new Generation(0, "");

    public Generation {
        requireNonNull(sampling, "sampling is null");
        if (maxNewTokens < 0 || (maxNewTokens == 0) != sampling.isEmpty()) {
            throw new IllegalArgumentException("%d generated tokens, sampling %s".formatted(maxNewTokens, sampling));
        }
    }

    /** Whether text was generated. */
    public boolean generates() {
        return maxNewTokens > 0;
    }
}
