package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Values of four bits that index a table of 16, as bitsandbytes stores NF4 (Dettmers et al., arXiv 2305.14314) and FP4:
 * two in a byte with the first in the high bits, and a scale for each block of the whole tensor, whose rows may end within
 * a block. w[i] = table[q[i]] x absmax[i / block].
 *
 * @param nested how the scales are quantised again; they are numbers if absent
 */
record NormalFloat(
        TensorInfo packed,
        TensorInfo table,
        TensorInfo absmax,
        int block,
        long rows,
        int columns,
        String format,
        Optional<Nested> nested)
        implements Packing {
    /** absmax[b] = table[byte[b]] x absmax[b / block] + offset. */
    record Nested(TensorInfo table, TensorInfo absmax, int block, float offset) {}

    NormalFloat {
        requireNonNull(packed, "packed is null");
        requireNonNull(table, "table is null");
        requireNonNull(absmax, "absmax is null");
        requireNonNull(format, "format is null");
        requireNonNull(nested, "nested is null");
        if (block < 2 || rows < 1 || columns < 1) {
            throw new IllegalArgumentException("Blocks of %d, %d x %d".formatted(block, rows, columns));
        }
    }

    @Override
    public List<TensorInfo> tensors() {
        List<TensorInfo> all = new ArrayList<>(List.of(packed, table, absmax));
        nested.ifPresent(more -> all.addAll(List.of(more.table(), more.absmax())));
        return all;
    }

    @Override
    public boolean fitsBfloat16() {
        return false;
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        float[] values = files.floats(table, 0, 16);
        float[] scaleValues = scaleValues(files);
        return (first, rowCount, target) -> forEachBlock(
                files,
                scaleValues,
                first,
                rowCount,
                (bytes, odd, scale, begin, end) -> decode(bytes, odd, values, scale, target, begin, end));
    }

    /** Each block has a table of its 16 values. */
    @Override
    public Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        if (columns % 2 != 0 || block % 2 != 0 || step != 1) {
            return Packing.super.bfloat16Decoder(files, step);
        }
        float[] values = files.floats(table, 0, 16);
        float[] scaleValues = scaleValues(files);
        NibbleTable rounded = new NibbleTable();
        return (first, rowCount, target) ->
                forEachBlock(files, scaleValues, first, rowCount, (bytes, odd, scale, begin, end) -> {
                    rounded.setScaled(values, scale);
                    rounded.highFirst(bytes, begin / 2, (end - begin) / 2, target, 2 * begin);
                });
    }

    private float[] scaleValues(TensorBytes files) {
        return nested.map(more -> files.floats(more.table(), 0, 256)).orElseGet(() -> new float[0]);
    }

    /** Takes a block, or what of it is among the rows. */
    private interface Block {
        /**
         * Decodes the values from {@code begin} to before {@code end}.
         *
         * @param odd 1 if value 0 is the second of byte 0
         */
        void decode(byte[] bytes, int odd, float scale, int begin, int end);
    }

    private void forEachBlock(TensorBytes files, float[] scaleValues, long first, int rowCount, Block each) {
        long begin = first * columns;
        int count = Math.multiplyExact(rowCount, columns);
        long firstByte = begin / 2;
        byte[] bytes = files.read(packed, firstByte, (int) ((begin + count + 1) / 2 - firstByte));
        long firstBlock = begin / block;
        float[] scale = scales(files, scaleValues, firstBlock, (int) ((begin + count - 1) / block - firstBlock + 1));
        int odd = (int) (begin & 1);
        for (int done = 0; done < count; ) {
            int of = (int) ((begin + done) / block - firstBlock);
            int end = (int) Math.min(count, (firstBlock + of + 1) * block - begin);
            each.decode(bytes, odd, scale[of], done, end);
            done = end;
        }
    }

    private static void decode(byte[] bytes, int odd, float[] values, float scale, float[] target, int begin, int end) {
        for (int i = begin; i < end; i++) {
            int at = i + odd;
            int pair = bytes[at >> 1];
            target[i] = values[((at & 1) == 0 ? pair >> 4 : pair) & 15] * scale;
        }
    }

    private float[] scales(TensorBytes files, float[] scaleValues, long first, int count) {
        if (nested.isEmpty()) {
            return files.floats(absmax, first, count);
        }
        Nested more = nested.get();
        byte[] bytes = files.read(absmax, first, count);
        long firstOuter = first / more.block();
        float[] outer =
                files.floats(more.absmax(), firstOuter, (int) ((first + count - 1) / more.block() - firstOuter + 1));
        float[] scale = new float[count];
        for (int i = 0; i < count; i++) {
            scale[i] = scaleValues[bytes[i] & 0xff] * outer[(int) ((first + i) / more.block() - firstOuter)]
                    + more.offset();
        }
        return scale;
    }
}
