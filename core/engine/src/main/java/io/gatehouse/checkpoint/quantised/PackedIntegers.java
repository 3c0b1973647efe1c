package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Integers of 2, 4 or 8 bits in the format pack-quantized of compressed-tensors: rows of 32-bit words with the first
 * value in the lowest bits; a value and its zero point are stored with 2^(bits - 1) added. w = (q - z) x s, with a scale
 * for each group of a row.
 *
 * @param packed I32 [rows, words]
 * @param zeroPoints I32 [words, groups], packed along the rows; 0 if absent
 * @param groupIndex I32 [columns], the group of each column; one after another if absent
 */
record PackedIntegers(
        TensorInfo packed,
        int bits,
        int columns,
        TensorInfo scales,
        int groups,
        Optional<TensorInfo> zeroPoints,
        Optional<TensorInfo> groupIndex)
        implements Packing {
    PackedIntegers {
        requireNonNull(packed, "packed is null");
        requireNonNull(scales, "scales is null");
        requireNonNull(zeroPoints, "zeroPoints is null");
        requireNonNull(groupIndex, "groupIndex is null");
        if (bits != 2 && bits != 4 && bits != 8) {
            throw new IllegalArgumentException("bits is " + bits);
        }
        if (columns < 1 || groups < 1 || columns % groups != 0) {
            throw new IllegalArgumentException("%d columns in %d groups".formatted(columns, groups));
        }
    }

    @Override
    public long rows() {
        return packed.shape().get(0);
    }

    @Override
    public String format() {
        return "INT" + bits;
    }

    @Override
    public List<TensorInfo> tensors() {
        List<TensorInfo> all = new ArrayList<>(List.of(packed, scales));
        zeroPoints.ifPresent(all::add);
        groupIndex.ifPresent(all::add);
        return all;
    }

    @Override
    public boolean fitsBfloat16() {
        return false;
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        // A checkpoint without an order of its own may have an index of -1 for each column.
        Optional<int[]> index = groupIndex
                .filter(tensor -> files.floats(tensor, 0, 1)[0] != -1)
                .map(tensor -> index(files, tensor, columns, groups));
        return (first, rows, target) -> decode(files, index, first, rows, target);
    }

    /** Of four bits each group has a table of its 16 values; all else is rounded. */
    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        int group = columns / groups;
        boolean ordered =
                groupIndex.map(tensor -> files.floats(tensor, 0, 1)[0] == -1).orElse(true);
        if (bits != 4 || group % 2 != 0 || step != 1 || !ordered) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        int rowBytes = Math.toIntExact(packed.bytes() / rows());
        NibbleTable table = new NibbleTable();
        return (first, rows, target) -> {
            byte[] words = files.read(packed, first * rowBytes, Math.multiplyExact(rows, rowBytes));
            float[] scale = files.floats(scales, first * groups, Math.multiplyExact(rows, groups));
            int[] zero = zeros(files, first, rows);
            for (int row = 0; row < rows; row++) {
                for (int g = 0; g < groups; g++) {
                    table.setLinear(zero[row * groups + g], scale[row * groups + g]);
                    int from = row * rowBytes + g * group / 2;
                    table.lowFirst(words, from, group / 2, target, 2 * (row * columns + g * group));
                }
            }
        };
    }

    /** Reads the group of each column. */
    static int[] index(TensorBytes files, TensorInfo tensor, int columns, int groups) {
        ByteBuffer bytes =
                ByteBuffer.wrap(files.read(tensor, 0, columns * Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        int[] index = new int[columns];
        for (int i = 0; i < columns; i++) {
            index[i] = bytes.getInt();
            if (index[i] < 0 || index[i] >= groups) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_CHECKPOINT,
                        "Tensor %s of %s has group %d at index %,d; there are %d groups"
                                .formatted(tensor.name(), tensor.file(), index[i], i, groups));
            }
        }
        return index;
    }

    private void decode(TensorBytes files, Optional<int[]> index, long first, int rows, float[] target) {
        int rowBytes = Math.toIntExact(packed.bytes() / rows());
        byte[] words = files.read(packed, first * rowBytes, Math.multiplyExact(rows, rowBytes));
        float[] scale = files.floats(scales, first * groups, Math.multiplyExact(rows, groups));
        int[] zero = zeros(files, first, rows);
        int group = columns / groups;
        for (int row = 0; row < rows; row++) {
            int from = row * rowBytes;
            int to = row * columns;
            int of = row * groups;
            if (index.isPresent()) {
                int[] groupOf = index.get();
                for (int i = 0; i < columns; i++) {
                    target[to + i] = (value(words, from, i) - zero[of + groupOf[i]]) * scale[of + groupOf[i]];
                }
            } else if (bits == 4 && group % 2 == 0) {
                for (int g = 0; g < groups; g++) {
                    nibbles(
                            words,
                            from + g * group / 2,
                            group / 2,
                            zero[of + g],
                            scale[of + g],
                            target,
                            to + g * group);
                }
            } else if (bits == 8) {
                for (int g = 0; g < groups; g++) {
                    bytes(words, from + g * group, group, zero[of + g], scale[of + g], target, to + g * group);
                }
            } else {
                for (int i = 0; i < columns; i++) {
                    target[to + i] = (value(words, from, i) - zero[of + i / group]) * scale[of + i / group];
                }
            }
        }
    }

    private int value(byte[] words, int from, int index) {
        int bit = index * bits;
        return words[from + (bit >> 3)] >> (bit & 7) & (1 << bits) - 1;
    }

    private static void bytes(byte[] words, int from, int count, int zero, float scale, float[] target, int to) {
        for (int i = 0; i < count; i++) {
            target[to + i] = ((words[from + i] & 0xff) - zero) * scale;
        }
    }

    private static void nibbles(byte[] words, int from, int count, int zero, float scale, float[] target, int to) {
        for (int i = 0; i < count; i++) {
            int pair = words[from + i];
            target[to + 2 * i] = ((pair & 15) - zero) * scale;
            target[to + 2 * i + 1] = ((pair >> 4 & 15) - zero) * scale;
        }
    }

    /** The zero points of some rows as they are stored. */
    private int[] zeros(TensorBytes files, long first, int rows) {
        int[] zero = new int[rows * groups];
        if (zeroPoints.isEmpty()) {
            Arrays.fill(zero, 1 << (bits - 1));
            return zero;
        }
        int perWord = Integer.SIZE / bits;
        long firstWord = first / perWord;
        int words = (int) ((first + rows - 1) / perWord - firstWord + 1);
        ByteBuffer bytes = ByteBuffer.wrap(files.read(
                        zeroPoints.get(), firstWord * groups * Integer.BYTES, words * groups * Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            int word = (int) ((first + row) / perWord - firstWord);
            int shift = (int) ((first + row) % perWord) * bits;
            for (int g = 0; g < groups; g++) {
                zero[row * groups + g] = bytes.getInt((word * groups + g) * Integer.BYTES) >>> shift & (1 << bits) - 1;
            }
        }
        return zero;
    }
}
