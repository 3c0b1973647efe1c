package io.gatehouse.checkpoint.quantised;

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

    /** Bytes in the files, scales and the like included. */
    long bytes();

    /** Whether every value is a bfloat16. */
    boolean fitsBfloat16();

    /** A number of rows that is decoded well at a time. */
    default int chunkRows() {
        return Math.max(1, CHUNK_VALUES / columns());
    }

    RowDecoder decoder(TensorBytes files);
}
