package io.gatehouse.sample.vocabulary;

import io.gatehouse.checkpoint.tokenizer.ByteLevel;
import java.util.List;
import java.util.stream.Stream;

/**
 * A learnt vocabulary.
 *
 * @param merges in the order they were learnt, which is the order they are applied in
 */
public record BytePairVocabulary(List<Merge> merges) {
    /** Ends a text; also what a generating model stops at. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    public static final String PADDING = "<|padding|>";
    public static final int END_OF_TEXT_ID = 0;
    public static final int PADDING_ID = 1;

    public BytePairVocabulary {
        merges = List.copyOf(merges);
    }

    /** Two neighbouring tokens that become one. */
    public record Merge(String left, String right) {
        String merged() {
            return left + right;
        }
    }

    static List<String> specials() {
        return List.of(END_OF_TEXT, PADDING);
    }

    /** Every token in order of its id: specials, the 256 bytes, then one token per merge. */
    List<String> tokens() {
        return Stream.of(
                        specials().stream(),
                        ByteLevel.letters().stream(),
                        merges.stream().map(Merge::merged))
                .flatMap(tokens -> tokens)
                .toList();
    }

    public int size() {
        return tokens().size();
    }
}
