package io.gatehouse.engine.prefill;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Segments of similar length, packed. Everything but attention works on the T tokens one after the other without
 * padding; only the attention core sees them as a [B, S] rectangle, padded on the right, where the causal mask alone
 * keeps padding out of every real token.
 *
 * <p>Whole blocks of rows go into the graph; those beyond the tokens are filler that nothing looks at.
 *
 * @param segments [B]
 * @param tokens number of tokens, T
 * @param tokenIds [rows]
 * @param positions [rows] position in the text
 * @param textLengths [rows] length of the text
 * @param padded [B][S] row that stands in each cell of the rectangle; padding points at row 0
 * @param packed [rows] cell of the flattened rectangle where each row stands
 */
public record MicroBatch(
        List<Segment> segments,
        int tokens,
        int[] tokenIds,
        int[] positions,
        int[] textLengths,
        int[][] padded,
        int[] packed) {
    /**
     * Rows come in blocks of this many, for the sake of the same bits. A product of fewer takes another path through
     * the matrix library, which adds in another order; and where an operation works on packets of values, those that do
     * not fill one are computed by other instructions. In whole blocks, a row's result was measured not to depend on
     * other rows.
     */
    public static final int ROW_BLOCK = 16;

    private static final int FINE_WIDTH = 512;

    public MicroBatch {
        segments = List.copyOf(segments);
    }

    /**
     * Width of the rectangle for a segment: it depends on its own length alone, so that a prompt's result does not
     * depend on the others. Powers of two, and quarters of them where attention begins to cost.
     */
    public static int width(int length) {
        int power = Math.max(Integer.highestOneBit(Math.max(length - 1, 1)) * 2, ROW_BLOCK);
        if (power <= FINE_WIDTH) {
            return power;
        }
        int step = power / 8;
        return (length + step - 1) / step * step;
    }

    /** So many rows, filled up. */
    static int wholeBlocks(int rows) {
        return (rows + ROW_BLOCK - 1) / ROW_BLOCK * ROW_BLOCK;
    }

    public static MicroBatch of(List<Segment> segments) {
        int width = segments.stream()
                .mapToInt(segment -> width(segment.length()))
                .max()
                .orElseThrow();
        int tokens = segments.stream().mapToInt(Segment::length).sum();
        int rows = wholeBlocks(tokens);
        int[] tokenIds = new int[rows];
        int[] positions = new int[rows];
        int[] textLengths = new int[rows];
        int[][] padded = new int[segments.size()][width];
        int[] packed = new int[rows];
        int row = 0;
        for (int b = 0; b < segments.size(); b++) {
            Segment segment = segments.get(b);
            for (int i = 0; i < segment.length(); i++, row++) {
                tokenIds[row] = segment.tokens()[i];
                positions[row] = segment.first() + i;
                textLengths[row] = segment.textLength();
                padded[b][i] = row;
                packed[row] = b * width + i;
            }
        }
        return new MicroBatch(segments, tokens, tokenIds, positions, textLengths, padded, packed);
    }

    /** Tokens that this computes, each as often as there are prompts that it is part of. */
    int promptTokens() {
        return segments.stream()
                .mapToInt(segment -> segment.length() * segment.prompts().size())
                .sum();
    }

    /** Row of the last token of each segment. */
    int[] lastRows() {
        int[] ends = segments.stream().mapToInt(Segment::length).toArray();
        Arrays.parallelPrefix(ends, Integer::sum);
        return IntStream.of(ends).map(end -> end - 1).toArray();
    }
}
