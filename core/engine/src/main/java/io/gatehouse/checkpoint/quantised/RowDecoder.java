package io.gatehouse.checkpoint.quantised;

/** Decodes rows of one stored matrix. Not thread-safe: it may hold buffers. */
public interface RowDecoder {
    /**
     * Writes the values of some rows, row after row, to the start of {@code target}.
     *
     * @param first the first row
     * @param rows number of rows
     */
    void decode(long first, int rows, float[] target);
}
