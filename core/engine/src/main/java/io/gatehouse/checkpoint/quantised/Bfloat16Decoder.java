package io.gatehouse.checkpoint.quantised;

import io.gatehouse.checkpoint.safetensors.Bfloat16;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decodes rows of one stored matrix to bfloat16: what a {@link RowDecoder} gives, each value rounded to the nearest, ties
 * to the even one. Infinities stay infinite and NaNs stay NaNs. Not thread-safe: it may hold buffers.
 */
@FunctionalInterface
public interface Bfloat16Decoder {
    /** Two neighbours in an array of little-endian bfloat16, the first in the low half. */
    VarHandle PAIRS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** One value in such an array. */
    VarHandle SINGLE = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * Writes the values of some rows, row after row, two little-endian bytes for each, to the start of {@code target}.
     *
     * @param first the first row
     * @param rows number of rows
     */
    void decode(long first, int rows, byte[] target);

    /** Rounds what another decoder gives for rows of {@code columns}. */
    static Bfloat16Decoder rounding(RowDecoder decoder, int columns) {
        return new Rounding(decoder, columns);
    }

    /** The bits of a value in the lower half of an int; the upper half is 0. */
    static int bits(float value) {
        // Rounding would carry out of the bits of some NaNs.
        return (Float.isNaN(value) ? 0x7fc0 : Bfloat16.bits(value)) & 0xffff;
    }

    /** Decodes to floats first. */
    final class Rounding implements Bfloat16Decoder {
        private final RowDecoder decoder;
        private final int columns;
        private float[] values = new float[0];

        private Rounding(RowDecoder decoder, int columns) {
            this.decoder = decoder;
            this.columns = columns;
        }

        @Override
        public void decode(long first, int rows, byte[] target) {
            int count = Math.multiplyExact(rows, columns);
            if (values.length < count) {
                values = new float[count];
            }
            decoder.decode(first, rows, values);
            round(values, count, target);
        }

        private static void round(float[] values, int count, byte[] target) {
            for (int i = 0; i < count - 1; i += 2) {
                PAIRS.set(target, 2 * i, bits(values[i]) | bits(values[i + 1]) << 16);
            }
            if (count % 2 == 1) {
                SINGLE.set(target, 2 * (count - 1), (short) bits(values[count - 1]));
            }
        }
    }
}
