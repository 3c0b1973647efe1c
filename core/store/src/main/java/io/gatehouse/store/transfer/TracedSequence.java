package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One sequence of tokens and where its tokens went.
 *
 * @param name what the source calls it, or its place in the file
 * @param domain the domain, subject or dataset it is from, where the source says
 * @param text its text, where the source says; empty otherwise
 * @param tokens ids of its tokens; empty where the source does not say
 * @param length number of its tokens
 * @param layers what is known of its routing, by layer
 * @param answer what was answered to it, where the source says
 */
public record TracedSequence(
        String name,
        Optional<String> domain,
        String text,
        int[] tokens,
        int length,
        List<TracedLayer> layers,
        Optional<TracedAnswer> answer) {
    public TracedSequence {
        requireNonNull(name, "name is null");
        requireNonNull(domain, "domain is null");
        requireNonNull(text, "text is null");
        layers = List.copyOf(layers);
        requireNonNull(answer, "answer is null");
        if (tokens.length != 0 && tokens.length != length) {
            throw new IllegalArgumentException(
                    "Sequence %s has %d token ids for %d tokens".formatted(name, tokens.length, length));
        }
    }

    /** A sequence without an answer. */
    public TracedSequence(
            String name, Optional<String> domain, String text, int[] tokens, int length, List<TracedLayer> layers) {
        this(name, domain, text, tokens, length, layers, Optional.empty());
    }

    /** The same with an answer. */
    public TracedSequence answered(TracedAnswer given) {
        return new TracedSequence(name, domain, text, tokens, length, layers, Optional.of(given));
    }
}
