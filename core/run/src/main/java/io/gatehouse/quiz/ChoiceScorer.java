package io.gatehouse.quiz;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Reads the answer to a multiple-choice question from the logits at the last token of its prompt. Immutable. */
public final class ChoiceScorer {
    /** Choices of a question of MMLU. */
    private static final int USUAL_CHOICES = 4;

    private static final String ASK = "Answer:";

    private final int[] letterTokens;

    private ChoiceScorer(int[] letterTokens) {
        this.letterTokens = letterTokens;
    }

    /** One for questions of four choices, after prompts that end in "Answer:". */
    public static ChoiceScorer of(Tokenizer tokenizer) {
        return of(tokenizer, USUAL_CHOICES);
    }

    /** One for prompts that end in "Answer:". */
    public static ChoiceScorer of(Tokenizer tokenizer, int choices) {
        return of(letter -> tokenizer.encode(letter.isEmpty() ? ASK : ASK + " " + letter), choices);
    }

    /**
     * Finds the token of each letter as it would follow a prompt.
     *
     * @param encode gives the tokens of a prompt that is answered with a letter, or not at all
     * @param choices most choices that a question has; 0 if none is scored
     * @throws GatehouseException UNSUPPORTED_MODEL if a letter is not one token
     */
    public static ChoiceScorer of(Function<String, int[]> encode, int choices) {
        int[] asked = encode.apply("");
        int[] letterTokens = new int[choices];
        for (int i = 0; i < choices; i++) {
            String letter = String.valueOf((char) ('A' + i));
            int[] answered = encode.apply(letter);
            if (answered.length != asked.length + 1
                    || !Arrays.equals(asked, 0, asked.length, answered, 0, asked.length)) {
                throw new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "The answer ' %s' is not one token of this model's tokenizer".formatted(letter));
            }
            letterTokens[i] = answered[asked.length];
        }
        return new ChoiceScorer(letterTokens);
    }

    /** Token ids of the letters, A first. */
    public int[] letterTokens() {
        return letterTokens.clone();
    }

    /** Scores all letters. */
    public ChoiceScore score(float[] logits) {
        return score(logits, letterTokens.length);
    }

    /**
     * Scores the first letters: log p = logit - (max + ln sum exp(logit - max)), over all of {@code logits}.
     *
     * @param logits one per entry of the vocabulary
     * @param choices how many choices the question has
     * @throws GatehouseException CORRUPT_CHECKPOINT if a logit is not a finite number, or there are fewer than letters need
     */
    public ChoiceScore score(float[] logits, int choices) {
        int last = Arrays.stream(letterTokens).max().orElseThrow();
        if (last >= logits.length) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "The tokenizer has a letter at id %d, but the model's vocabulary ends at %d"
                            .formatted(last, logits.length - 1));
        }
        int top = topToken(logits);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - logits[top]);
        }
        return letters(logits, choices, top, logits[top] + Math.log(sum));
    }

    /**
     * The most probable token of all; of equal ones the lowest.
     *
     * @throws GatehouseException CORRUPT_CHECKPOINT if a logit is not a finite number
     */
    public static int topToken(float[] logits) {
        int top = 0;
        for (int i = 0; i < logits.length; i++) {
            if (!Float.isFinite(logits[i])) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT,
                        "The model gives token %d the logit %s, which is not a finite number".formatted(i, logits[i]));
            }
            if (logits[i] > logits[top]) {
                top = i;
            }
        }
        return top;
    }

    private ChoiceScore letters(float[] logits, int choices, int top, double logSum) {
        List<Double> scores = new ArrayList<>(choices);
        int best = 0;
        for (int i = 0; i < choices; i++) {
            scores.add(logits[letterTokens[i]] - logSum);
            if (logits[letterTokens[i]] > logits[letterTokens[best]]) {
                best = i;
            }
        }
        return new ChoiceScore((char) ('A' + best), scores, top);
    }
}
