package io.gatehouse.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A few prompts of about the same length, packed. Everything but attention works on the T tokens one after the other
 * without padding; only the attention core sees them as a [B, S] rectangle, padded on the right, where the causal mask
 * alone keeps padding out of every real token.
 *
 * @param prompts [T] prompt of each token
 * @param positions [T] position of each token in its prompt
 * @param tokenIds [T]
 * @param padded [B][S] row of the packed tokens that stands in each cell of the rectangle; padding points at row 0
 * @param packed [T] cell of the flattened rectangle where each token stands
 * @param promptIndexes [B]
 * @param lastRows [B] row of the last token of each prompt
 */
record MicroBatch(
        int[] prompts,
        int[] positions,
        int[] tokenIds,
        int[][] padded,
        int[] packed,
        int[] promptIndexes,
        int[] lastRows) {

    int tokens() {
        return tokenIds.length;
    }

    /**
     * Packs prompts into micro-batches of at most maxTokens cells each, shortest first; a longer prompt gets one of
     * its own.
     */
    static List<MicroBatch> pack(List<int[]> prompts, int maxTokens) {
        int[] byLength = IntStream.range(0, prompts.size())
                .boxed()
                .sorted(Comparator.comparingInt(prompt -> prompts.get(prompt).length))
                .mapToInt(Integer::intValue)
                .toArray();
        List<MicroBatch> batches = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= byLength.length; to++) {
            boolean full = to == byLength.length || (to - from + 1) * prompts.get(byLength[to]).length > maxTokens;
            if (full) {
                batches.add(of(prompts, Arrays.copyOfRange(byLength, from, to)));
                from = to;
            }
        }
        return batches;
    }

    private static MicroBatch of(List<int[]> prompts, int[] chosen) {
        int width = prompts.get(chosen[chosen.length - 1]).length;
        int tokens =
                Arrays.stream(chosen).map(prompt -> prompts.get(prompt).length).sum();
        int[] promptOf = new int[tokens];
        int[] positions = new int[tokens];
        int[] tokenIds = new int[tokens];
        int[][] padded = new int[chosen.length][width];
        int[] packed = new int[tokens];
        int[] lastRows = new int[chosen.length];
        int row = 0;
        for (int b = 0; b < chosen.length; b++) {
            int[] prompt = prompts.get(chosen[b]);
            for (int position = 0; position < prompt.length; position++, row++) {
                promptOf[row] = chosen[b];
                positions[row] = position;
                tokenIds[row] = prompt[position];
                padded[b][position] = row;
                packed[row] = b * width + position;
            }
            lastRows[b] = row - 1;
        }
        return new MicroBatch(promptOf, positions, tokenIds, padded, packed, chosen, lastRows);
    }
}
