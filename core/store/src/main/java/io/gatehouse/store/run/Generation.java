package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.List;

/**
 * How a run generated text after its prompts, as in the table {@code runs}.
 *
 * @param maxNewTokens most tokens after each prompt; 0 if the run generated none
 * @param sampling how tokens were chosen, such as {@value #GREEDY}, with the settings; empty if none were
 * @param answerRule how the answer was found in a text; empty if it was read from the logits after the prompt
 * @param answerMatch how it was compared with the correct answer; empty without a rule
 * @param stop texts that end a generated text
 */
public record Generation(int maxNewTokens, String sampling, String answerRule, String answerMatch, List<String> stop)
        implements Serializable {
    /** The sampling that takes the most probable token each time. */
    public static final String GREEDY = "greedy";

    /** Of a run that ends at the last prompt token. */
    public static final Generation NONE = new Generation(0, "", "", "", List.of());

    public Generation {
        requireNonNull(sampling, "sampling is null");
        requireNonNull(answerRule, "answerRule is null");
        requireNonNull(answerMatch, "answerMatch is null");
        stop = List.copyOf(stop);
        if (maxNewTokens < 0 || (maxNewTokens == 0) != sampling.isEmpty()) {
            throw new IllegalArgumentException("%d generated tokens, sampling %s".formatted(maxNewTokens, sampling));
        }
        boolean rules = !answerRule.isEmpty() || !stop.isEmpty();
        if (answerRule.isEmpty() != answerMatch.isEmpty() || (maxNewTokens == 0 && rules)) {
            throw new IllegalArgumentException("%d generated tokens, answer rule %s, comparison %s, stop %s"
                    .formatted(maxNewTokens, answerRule, answerMatch, stop));
        }
    }

    /** Text beside the answer, which is read from the logits after the prompt. */
    public Generation(int maxNewTokens, String sampling) {
        this(maxNewTokens, sampling, "", "", List.of());
    }

    /** Whether the answer is found in the text. */
    public boolean answers() {
        return !answerRule.isEmpty();
    }

    /** Whether text was generated. */
    public boolean generates() {
        return maxNewTokens > 0;
    }
}
