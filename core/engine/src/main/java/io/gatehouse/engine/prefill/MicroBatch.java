package io.gatehouse.engine.prefill;

import io.gatehouse.engine.graph.op.Blocks;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Parts of prompts of similar length, packed. Everything but attention works on the T tokens one after the other without
 * padding; only attention sees them as a [B, S] rectangle, padded on the right, where the causal mask alone keeps padding
 * out of every real token.
 *
 * <p>Whole blocks of rows go into the graph; those beyond the tokens are filler that nothing looks at.
 *
 * @param parts [B]
 * @param tokens number of tokens, T
 * @param tokenIds [rows]
 * @param positions [rows] position in the text
 * @param textLengths [rows] length of the text
 * @param padded [B][S] row that stands in each cell of the rectangle; padding points at row 0
 * @param packed [rows] cell of the flattened rectangle where each row stands
 */
record MicroBatch(
        List<PromptPart> parts,
        int tokens,
        int[] tokenIds,
        int[] positions,
        int[] textLengths,
        int[][] padded,
        int[] packed) {
    /**
     * Tokens that are computed together: a whole prompt, what follows the prefix of a prompt, or a prefix that several
     * prompts share.
     *
     * @param prompts indexes of the prompts it is part of
     * @param first position of its first token in their text
     * @param textLength tokens of that text
     */
    record PromptPart(int[] tokens, int first, int textLength, List<Integer> prompts) {
        PromptPart {
            prompts = List.copyOf(prompts);
        }

        int length() {
            return tokens.length;
        }
    }

    private static final int FINE_WIDTH = 512;

    MicroBatch {
        parts = List.copyOf(parts);
    }

    /**
     * Width of the rectangle for a part: it depends on its own length alone, so that a prompt's result does not
     * depend on the others. Powers of two, and quarters of them where attention begins to cost.
     */
    static int width(int length) {
        int power = Math.max(Integer.highestOneBit(Math.max(length - 1, 1)) * 2, Blocks.ROW_BLOCK);
        if (power <= FINE_WIDTH) {
            return power;
        }
        int step = power / 8;
        return (length + step - 1) / step * step;
    }

    /** So many rows, filled up. */
    static int wholeBlocks(int rows) {
        return (rows + Blocks.ROW_BLOCK - 1) / Blocks.ROW_BLOCK * Blocks.ROW_BLOCK;
    }

    static MicroBatch of(List<PromptPart> parts) {
        return of(
                parts,
                parts.size(),
                parts.stream().mapToInt(part -> width(part.length())).max().orElseThrow());
    }

    /** One token of each text, which goes on from a past of its own. The rectangle has whole blocks of texts, as rows have. */
    static MicroBatch step(List<PromptPart> parts) {
        return of(parts, wholeBlocks(parts.size()), 1);
    }

    private static MicroBatch of(List<PromptPart> parts, int texts, int width) {
        int tokens = parts.stream().mapToInt(PromptPart::length).sum();
        int rows = wholeBlocks(tokens);
        int[] tokenIds = new int[rows];
        int[] positions = new int[rows];
        int[] textLengths = new int[rows];
        int[][] padded = new int[texts][width];
        int[] packed = new int[rows];
        int row = 0;
        for (int b = 0; b < parts.size(); b++) {
            PromptPart part = parts.get(b);
            for (int i = 0; i < part.length(); i++, row++) {
                tokenIds[row] = part.tokens()[i];
                positions[row] = part.first() + i;
                textLengths[row] = part.textLength();
                padded[b][i] = row;
                packed[row] = b * width + i;
            }
        }
        return new MicroBatch(parts, tokens, tokenIds, positions, textLengths, padded, packed);
    }

    /** Whether this is one token of each text. The rectangle of whole prompts is never as narrow. */
    boolean isStep() {
        return padded[0].length == 1;
    }

    /** Tokens that this computes, each as often as there are prompts that it is part of. */
    int promptTokens() {
        return parts.stream()
                .mapToInt(part -> part.length() * part.prompts().size())
                .sum();
    }

    /** Row of the last token of each part. */
    int[] lastRows() {
        int[] ends = parts.stream().mapToInt(PromptPart::length).toArray();
        Arrays.parallelPrefix(ends, Integer::sum);
        return IntStream.of(ends).map(end -> end - 1).toArray();
    }
}
