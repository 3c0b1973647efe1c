package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A sequence of tokens and the experts that they were sent to.
 *
 * @param name its name in the source, or its place in the file
 * @param domain the domain, subject or dataset it is from, if known
 * @param text its text; empty if unknown
 * @param tokens ids of its tokens, those of the prompt or of the prompt and generated ones; empty if unknown
 * @param length number of tokens of its prompt: tokens from this position on were generated
 * @param layers its known routing, by layer
 * @param answer the answer to it, if known
 */
public record TracedSequence(
        String name,
        Optional<String> domain,
        String text,
        int[] tokens,
        int length,
        List<TracedLayer> layers,
        Optional<TracedAnswer> answer) {
    /** Memory of an object with its arrays, beside what is in them. */
    private static final int OBJECT_BYTES = 256;

    public TracedSequence {
        requireNonNull(name, "name is null");
        requireNonNull(domain, "domain is null");
        requireNonNull(text, "text is null");
        layers = List.copyOf(layers);
        requireNonNull(answer, "answer is null");
        if (length < 0 || (tokens.length != 0 && tokens.length < length)) {
            throw new IllegalArgumentException(
                    "Sequence %s has %d token ids for %d tokens".formatted(name, tokens.length, length));
        }
    }

    /** A sequence without an answer. */
    public TracedSequence(
            String name, Optional<String> domain, String text, int[] tokens, int length, List<TracedLayer> layers) {
        this(name, domain, text, tokens, length, layers, Optional.empty());
    }

    /** Approximate memory in bytes. */
    public long bytes() {
        long bytes = OBJECT_BYTES + text.length() + (long) tokens.length * Integer.BYTES;
        for (TracedLayer layer : layers) {
            long numbers = (long) layer.positions().length
                    + layer.experts().length
                    + layer.weights().length
                    + layer.scores().length
                    + layer.entropies().length
                    + layer.probabilities().length;
            bytes += OBJECT_BYTES + numbers * Integer.BYTES;
        }
        return bytes;
    }

    /** Returns the sequence with an answer. */
    public TracedSequence answered(TracedAnswer given) {
        return new TracedSequence(name, domain, text, tokens, length, layers, Optional.of(given));
    }
}
