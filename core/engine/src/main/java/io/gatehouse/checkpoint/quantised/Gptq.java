package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * GPTQ (Frantar et al., arXiv 2210.17323) as AutoGPTQ and GPTQModel store it: the transpose of the weight, with 32-bit
 * words packed along the inputs, the first in the lowest bits. w[n, k] = (q[k, n] - z[g(k), n]) x s[g(k), n].
 *
 * @param qweight I32 [columns x bits / 32, rows]
 * @param qzeros I32 [groups, rows x bits / 32]
 * @param scales floating [groups, rows]
 * @param groupIndex I32 [columns], the group of each input; one after another if absent
 * @param zerosMinusOne whether a word of zero points is stored less one in each of its places, subtracted from the whole
 *     word, so that a zero borrows from the next place: version 1 of the format
 */
record Gptq(
        TensorInfo qweight,
        TensorInfo qzeros,
        TensorInfo scales,
        Optional<TensorInfo> groupIndex,
        int bits,
        int columns,
        int groups,
        boolean zerosMinusOne)
        implements Packing {
    /** Outputs whose words are sorted at a time: a cache line of them. */
    private static final int TILE = 16;

    Gptq {
        requireNonNull(qweight, "qweight is null");
        requireNonNull(qzeros, "qzeros is null");
        requireNonNull(scales, "scales is null");
        requireNonNull(groupIndex, "groupIndex is null");
        if (bits != 2 && bits != 4 && bits != 8) {
            throw new IllegalArgumentException("bits is " + bits);
        }
        if (groups < 1 || columns % groups != 0) {
            throw new IllegalArgumentException("%d columns in %d groups".formatted(columns, groups));
        }
    }

    @Override
    public long rows() {
        return qweight.shape().get(1);
    }

    @Override
    public String format() {
        return "GPTQ-INT" + bits;
    }

    @Override
    public List<TensorInfo> tensors() {
        List<TensorInfo> all = new ArrayList<>(List.of(qweight, qzeros, scales));
        groupIndex.ifPresent(all::add);
        return all;
    }

    @Override
    public boolean fitsBfloat16() {
        return false;
    }

    @Override
    public int chunkRows() {
        return Math.max(TILE, SPREAD_CHUNK_VALUES / columns / TILE * TILE);
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        int[] index = index(files);
        boolean inOrder = isInOrder(index);
        return (first, rows, target) -> forEachRow(files, first, rows, (words, from, scale, zero, n) -> {
            if (inOrder) {
                inOrder(words, from, scale, zero, n, rows, target);
            } else {
                indexed(words, from, index, scale, zero, n, rows, target);
            }
        });
    }

    /** Of four bits each group has a table of its 16 values; all else is rounded. */
    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        if (bits != 4 || step != 1 || !isInOrder(index(files))) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        int perGroup = columns / groups / (Integer.SIZE / bits);
        NibbleTable table = new NibbleTable();
        return (first, rows, target) -> forEachRow(files, first, rows, (words, from, scale, zero, n) -> {
            int to = 2 * n * columns;
            for (int g = 0; g < groups; g++) {
                table.setLinear(zero[g * rows + n], scale[g * rows + n]);
                for (int line = from + g * perGroup; line < from + (g + 1) * perGroup; line++) {
                    table.eight(words[line], target, to);
                    to += 2 * (Integer.SIZE / bits);
                }
            }
        });
    }

    private int[] index(TensorBytes files) {
        return groupIndex
                .map(tensor -> PackedIntegers.index(files, tensor, columns, groups))
                .orElseGet(this::inOrder);
    }

    /** Whether words are each of one group, one group after another: most files have an index that says nothing. */
    private boolean isInOrder(int[] index) {
        return columns / groups % (Integer.SIZE / bits) == 0 && Arrays.equals(index, inOrder());
    }

    /** Takes the words of one output. */
    private interface RowOfWords {
        /**
         * Decodes an output.
         *
         * @param words those of the output are from {@code from} on
         * @param scale [groups, rows]
         * @param zero [groups, rows]
         * @param n which of the rows it is
         */
        void decode(int[] words, int from, float[] scale, float[] zero, int n);
    }

    private int[] inOrder() {
        int[] index = new int[columns];
        for (int i = 0; i < columns; i++) {
            index[i] = i / (columns / groups);
        }
        return index;
    }

    private void forEachRow(TensorBytes files, long first, int rows, RowOfWords each) {
        int perWord = Integer.SIZE / bits;
        int lines = columns / perWord;
        int[] words = Strip.ints(files, qweight, first, rows);
        float[] scale = Strip.floats(files, scales, first, rows);
        float[] zero = zeros(files, first, rows);
        // The words of each output one after another.
        int[] tile = new int[TILE * lines];
        for (int begin = 0; begin < rows; begin += TILE) {
            int count = Math.min(TILE, rows - begin);
            for (int line = 0; line < lines; line++) {
                for (int n = 0; n < count; n++) {
                    tile[n * lines + line] = words[line * rows + begin + n];
                }
            }
            for (int n = 0; n < count; n++) {
                each.decode(tile, n * lines, scale, zero, begin + n);
            }
        }
    }

    private void inOrder(int[] words, int from, float[] scale, float[] zero, int n, int rows, float[] target) {
        int perWord = Integer.SIZE / bits;
        int mask = (1 << bits) - 1;
        int perGroup = columns / groups / perWord;
        int to = n * columns;
        for (int g = 0; g < groups; g++) {
            float factor = scale[g * rows + n];
            float nothing = zero[g * rows + n];
            for (int line = g * perGroup; line < (g + 1) * perGroup; line++) {
                int word = words[from + line];
                if (bits == 4) {
                    eight(word, nothing, factor, target, to);
                } else {
                    for (int i = 0; i < perWord; i++) {
                        target[to + i] = ((word >>> (i * bits) & mask) - nothing) * factor;
                    }
                }
                to += perWord;
            }
        }
    }

    private static void eight(int word, float nothing, float factor, float[] target, int to) {
        target[to] = ((word & 15) - nothing) * factor;
        target[to + 1] = ((word >>> 4 & 15) - nothing) * factor;
        target[to + 2] = ((word >>> 8 & 15) - nothing) * factor;
        target[to + 3] = ((word >>> 12 & 15) - nothing) * factor;
        target[to + 4] = ((word >>> 16 & 15) - nothing) * factor;
        target[to + 5] = ((word >>> 20 & 15) - nothing) * factor;
        target[to + 6] = ((word >>> 24 & 15) - nothing) * factor;
        target[to + 7] = ((word >>> 28) - nothing) * factor;
    }

    private void indexed(
            int[] words, int from, int[] index, float[] scale, float[] zero, int n, int rows, float[] target) {
        int perWord = Integer.SIZE / bits;
        int mask = (1 << bits) - 1;
        for (int k = 0; k < columns; k++) {
            int of = index[k] * rows + n;
            int value = words[from + k / perWord] >>> (k % perWord * bits) & mask;
            target[n * columns + k] = (value - zero[of]) * scale[of];
        }
    }

    private float[] zeros(TensorBytes files, long first, int rows) {
        int perWord = Integer.SIZE / bits;
        int mask = (1 << bits) - 1;
        // One in each place of a word.
        int ones = zerosMinusOne ? (int) (0xffffffffL / mask) : 0;
        long firstWord = first / perWord;
        int perGroup = (int) ((first + rows - 1) / perWord - firstWord + 1);
        int[] words = Strip.ints(files, qzeros, firstWord, perGroup);
        float[] zero = new float[groups * rows];
        for (int g = 0; g < groups; g++) {
            for (int n = 0; n < rows; n++) {
                int word = words[g * perGroup + (int) ((first + n) / perWord - firstWord)] + ones;
                zero[g * rows + n] = word >>> ((int) ((first + n) % perWord) * bits) & mask;
            }
        }
        return zero;
    }
}
