package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.List;

/**
 * AWQ (Lin et al., arXiv 2306.00978) as AutoAWQ stores it for its kernel gemm: the transpose of the weight in 4 bits,
 * with 32-bit words packed along the outputs; place i of a word holds output [0, 2, 4, 6, 1, 3, 5, 7][i] of its eight.
 * w[n, k] = (q[k, n] - z[k / group, n]) x s[k / group, n].
 *
 * @param qweight I32 [columns, rows / 8]
 * @param qzeros I32 [groups, rows / 8]
 * @param scales floating [groups, rows]
 */
record Awq(TensorInfo qweight, TensorInfo qzeros, TensorInfo scales, int groups) implements Packing {
    private static final int PER_WORD = 8;

    /** The shift of each of the eight outputs of a word. */
    private static final int[] SHIFTS = {0, 16, 4, 20, 8, 24, 12, 28};

    Awq {
        requireNonNull(qweight, "qweight is null");
        requireNonNull(qzeros, "qzeros is null");
        requireNonNull(scales, "scales is null");
        if (groups < 1 || qweight.shape().get(0) % groups != 0) {
            throw new IllegalArgumentException("%s in %d groups".formatted(qweight, groups));
        }
    }

    @Override
    public long rows() {
        return qweight.shape().get(1) * PER_WORD;
    }

    @Override
    public int columns() {
        return Math.toIntExact(qweight.shape().get(0));
    }

    @Override
    public String format() {
        return "AWQ-INT4";
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.of(qweight, qzeros, scales);
    }

    @Override
    public boolean fitsBfloat16() {
        return false;
    }

    @Override
    public int chunkRows() {
        return Math.max(PER_WORD, SPREAD_CHUNK_VALUES / columns() / PER_WORD * PER_WORD);
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        int group = columns() / groups;
        return (first, rows, target) -> forEachGroup(
                files,
                first,
                rows,
                (line, begin, shift, zero, scale, to) -> decode(line, begin, group, shift, zero, scale, target, to));
    }

    /** Each group has a table of its 16 values. */
    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        int group = columns() / groups;
        if (group % 2 != 0 || step != 1) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        NibbleTable table = new NibbleTable();
        return (first, rows, target) -> forEachGroup(files, first, rows, (line, begin, shift, zero, scale, to) -> {
            table.setLinear(zero, scale);
            table.oneOfEach(line, begin, group, shift, target, 2 * to);
        });
    }

    /** Takes a group of a row. */
    private interface Group {
        /**
         * Decodes the group.
         *
         * @param line the word of each input, with the row's value from bit {@code shift} on
         * @param begin the group's first input
         * @param to place of its first value
         */
        void decode(int[] line, int begin, int shift, int zero, float scale, int to);
    }

    private void forEachGroup(TensorBytes files, long first, int rows, Group each) {
        int columns = columns();
        int group = columns / groups;
        long firstWord = first / PER_WORD;
        int perLine = (int) ((first + rows - 1) / PER_WORD - firstWord + 1);
        int[] words = Strip.ints(files, qweight, firstWord, perLine);
        int[] zeros = Strip.ints(files, qzeros, firstWord, perLine);
        float[] scale = Strip.floats(files, scales, first, rows);
        int[] line = new int[columns];
        for (int n = 0; n < rows; n++) {
            int word = (int) ((first + n) / PER_WORD - firstWord);
            if (n == 0 || (first + n) % PER_WORD == 0) {
                for (int k = 0; k < columns; k++) {
                    line[k] = words[k * perLine + word];
                }
            }
            int shift = SHIFTS[(int) ((first + n) % PER_WORD)];
            for (int g = 0; g < groups; g++) {
                int zero = zeros[g * perLine + word] >>> shift & 15;
                each.decode(line, g * group, shift, zero, scale[g * rows + n], n * columns + g * group);
            }
        }
    }

    private static void decode(
            int[] line, int begin, int count, int shift, int zero, float scale, float[] target, int to) {
        for (int k = 0; k < count; k++) {
            target[to + k] = ((line[begin + k] >>> shift & 15) - zero) * scale;
        }
    }
}
