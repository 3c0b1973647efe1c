package io.gatehouse.engine.prefill;

import io.gatehouse.engine.prefill.Generated.Finish;
import io.gatehouse.engine.prefill.MicroBatch.PromptPart;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A text while it is generated. */
final class GeneratedText {
    private final int number;
    private final int promptLength;
    private final GenerationOptions options;
    /** Tokens of the prompt and the text so far. */
    private final BitSet seen = new BitSet();

    private int[] tokens = new int[16];
    private float[] logProbabilities = new float[16];
    private int count;
    private Optional<Finish> finish = Optional.empty();

    /** @param number of its prompt */
    GeneratedText(int number, Prompt prompt, GenerationOptions options) {
        this.number = number;
        this.promptLength = prompt.tokens().length;
        this.options = options;
        for (int token : prompt.tokens()) {
            seen.set(token);
        }
    }

    int number() {
        return number;
    }

    /** Position of the last token. */
    int position() {
        return promptLength + count - 1;
    }

    boolean isFinished() {
        return finish.isPresent();
    }

    /** Chooses the next token by the logits that follow the last one. */
    NextToken choose(float[] logits) {
        Sampling sampling = options.sampling();
        NextToken next = NextToken.choose(
                logits,
                sampling,
                count < options.minTokens() ? options.endTokens() : Set.of(),
                seen,
                sampling.random() ? sampling.uniform(options.streams().applyAsLong(number), count) : 0);
        seen.set(next.token());
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
            logProbabilities = Arrays.copyOf(logProbabilities, 2 * count);
        }
        tokens[count] = next.token();
        logProbabilities[count] = next.logProbability();
        count++;
        finish = finish();
        return next;
    }

    private Optional<Finish> finish() {
        if (options.endTokens().contains(tokens[count - 1])) {
            return Optional.of(Finish.END_TOKEN);
        }
        if (options.stopSequences().stream().anyMatch(this::endsWith)) {
            return Optional.of(Finish.STOP_SEQUENCE);
        }
        if (options.stopText().test(Arrays.copyOf(tokens, count))) {
            return Optional.of(Finish.STOP_TEXT);
        }
        return count == options.maxTokens() ? Optional.of(Finish.LENGTH) : Optional.empty();
    }

    private boolean endsWith(List<Integer> sequence) {
        int from = count - sequence.size();
        for (int i = 0; from >= 0 && i < sequence.size(); i++) {
            if (tokens[from + i] != sequence.get(i)) {
                return false;
            }
        }
        return from >= 0;
    }

    /** A prompt and all tokens so far. */
    int[] after(int[] prompt) {
        int[] all = Arrays.copyOf(prompt, prompt.length + count);
        System.arraycopy(tokens, 0, all, prompt.length, count);
        return all;
    }

    /** The last token, which is fed to the model next. */
    PromptPart next() {
        return new PromptPart(new int[] {tokens[count - 1]}, position(), position() + 1, List.of(number));
    }

    Generated result() {
        return new Generated(
                Arrays.copyOf(tokens, count), Arrays.copyOf(logProbabilities, count), finish.orElseThrow());
    }
}
