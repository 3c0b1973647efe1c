package io.gatehouse.engine.prefill;

import java.util.List;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;

/**
 * How the tokens of a text are chosen, and when it ends. The token that ends it belongs to the result.
 *
 * @param maxTokens most tokens that are generated
 * @param minTokens until there are so many, no end token is chosen
 * @param endTokens tokens that end a text
 * @param stopSequences lists of tokens that end a text when it ends with one of them
 * @param stopText whether the generated tokens contain a text that ends generation; asked after each token
 * @param streams a number for each text, by the number of its prompt: with the seed of the sampling it decides what is drawn
 */
public record GenerationOptions(
        int maxTokens,
        int minTokens,
        Set<Integer> endTokens,
        List<List<Integer>> stopSequences,
        Predicate<int[]> stopText,
        Sampling sampling,
        IntToLongFunction streams) {
    public GenerationOptions {
        endTokens = Set.copyOf(endTokens);
        stopSequences = List.copyOf(stopSequences);
        if (maxTokens < 1 || minTokens < 0 || minTokens > maxTokens) {
            throw new IllegalArgumentException("From %d to %d tokens".formatted(minTokens, maxTokens));
        }
        if (stopSequences.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("A stop sequence is empty");
        }
    }

    /** The most probable token each time. */
    public GenerationOptions(
            int maxTokens,
            int minTokens,
            Set<Integer> endTokens,
            List<List<Integer>> stopSequences,
            Predicate<int[]> stopText) {
        this(maxTokens, minTokens, endTokens, stopSequences, stopText, Sampling.GREEDY, prompt -> prompt);
    }

    /** The same with another choice of tokens. */
    public GenerationOptions sampled(Sampling other, IntToLongFunction otherStreams) {
        return new GenerationOptions(maxTokens, minTokens, endTokens, stopSequences, stopText, other, otherStreams);
    }

    /** Up to so many tokens, or to an end token. */
    public static GenerationOptions upTo(int maxTokens, Set<Integer> endTokens) {
        return new GenerationOptions(maxTokens, 0, endTokens, List.of(), tokens -> false);
    }

    /** Exactly so many tokens, none of which is an end token. */
    public static GenerationOptions exactly(int tokens, Set<Integer> endTokens) {
        return new GenerationOptions(tokens, tokens, endTokens, List.of(), generated -> false);
    }
}
