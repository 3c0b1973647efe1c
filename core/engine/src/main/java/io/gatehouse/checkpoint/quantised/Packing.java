package io.gatehouse.checkpoint.quantised;

import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.List;

/**
 * How a matrix is stored. A tensor of more dimensions is a matrix too: its rows are the last dimension, and all others
 * count them.
 */
public sealed interface Packing
        permits Plain,
                Transposed,
                ScaledBytes,
                Fp4,
                PackedIntegers,
                Gptq,
                Awq,
                NormalFloat,
                GgmlBlocks,
                PairedExperts,
                PermutedHeads,
                LatentUpProjection {
    /** Values that are decoded at a time where rows lie one after another: a megabyte of floats. */
    int CHUNK_VALUES = 1 << 18;

    /** The same where a row is spread over the whole tensor, so that fewer and longer reads pay. */
    int SPREAD_CHUNK_VALUES = 1 << 21;

    long rows();

    int columns();

    /** The format as users know it, such as {@code BF16}, {@code FP8} or {@code Q4_K}. */
    String format();

    /** Everything in the files that its values follow from: weights, scales and the like. */
    List<TensorInfo> tensors();

    /** Bytes in the files, scales and the like included. */
    default long bytes() {
        return tensors().stream().mapToLong(TensorInfo::bytes).sum();
    }

    /** Whether every value is a bfloat16. */
    boolean fitsBfloat16();

    /** A number of rows that is decoded well at a time. */
    default int chunkRows() {
        return Math.max(1, CHUNK_VALUES / columns());
    }

    RowDecoder decoder(TensorBytes files);

    /** A decoder that decodes each {@code step}th row from the first that it is asked for. */
    default RowDecoder decoder(TensorBytes files, int step) {
        RowDecoder all = decoder(files);
        if (step == 1) {
            return all;
        }
        int columns = columns();
        int most = chunkRows();
        float[] between = new float[Math.multiplyExact(most, columns)];
        int atOnce = Math.max(1, most / step);
        return (first, rows, target) -> {
            for (int done = 0; done < rows; done += atOnce) {
                int count = Math.min(atOnce, rows - done);
                // The last row ends what is decoded.
                int span = atOnce == 1 ? 1 : (count - 1) * step + 1;
                all.decode(first + (long) done * step, span, between);
                for (int row = 0; row < count; row++) {
                    System.arraycopy(between, row * step * columns, target, (done + row) * columns, columns);
                }
            }
        };
    }

    /** A decoder of the same rows to bfloat16. */
    default Bfloat16Decoder bfloat16Decoder(TensorBytes files, int step) {
        return Bfloat16Decoder.rounding(decoder(files, step), columns());
    }
}
