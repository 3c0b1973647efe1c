package io.gatehouse.checkpoint.quantised;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
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
    public long bytes() {
        return packed.bytes()
                + absmax.bytes()
                + nested.map(more -> more.absmax().bytes()).orElse(0L);
    }

    @Override
    public boolean fitsBfloat16() {
        return false;
    }

    @Override
    public RowDecoder decoder(TensorBytes files) {
        float[] values = files.floats(table, 0, 16);
        float[] scaleValues =
                nested.map(more -> files.floats(more.table(), 0, 256)).orElseGet(() -> new float[0]);
        return (first, rowCount, target) -> {
            long begin = first * columns;
            int count = Math.multiplyExact(rowCount, columns);
            long firstByte = begin / 2;
            byte[] bytes = files.read(packed, firstByte, (int) ((begin + count + 1) / 2 - firstByte));
            long firstBlock = begin / block;
            float[] scale =
                    scales(files, scaleValues, firstBlock, (int) ((begin + count - 1) / block - firstBlock + 1));
            int odd = (int) (begin & 1);
            for (int done = 0; done < count; ) {
                int of = (int) ((begin + done) / block - firstBlock);
                int end = (int) Math.min(count, (firstBlock + of + 1) * block - begin);
                decode(bytes, odd, values, scale[of], target, done, end);
                done = end;
            }
        };
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
