package io.gatehouse.checkpoint.quantised;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 16 values that codes of four bits stand for, as bfloat16. Values that share a scale are rounded once each, which
 * leaves one look-up for every code.
 */
final class NibbleTable {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int CODES = 16;

    /** In the lowest 16 bits. */
    private final long[] bits = new long[CODES];

    /** Code c stands for (c - zero) x scale. */
    void setLinear(float zero, float scale) {
        for (int code = 0; code < CODES; code++) {
            bits[code] = Bfloat16Decoder.bits((code - zero) * scale);
        }
    }

    /** Each code stands for a value times the scale. */
    void setScaled(float[] values, float scale) {
        for (int code = 0; code < CODES; code++) {
            bits[code] = Bfloat16Decoder.bits(values[code] * scale);
        }
    }

    /** Code c stands for c x factor + least. */
    void setAffine(float factor, float least) {
        for (int code = 0; code < CODES; code++) {
            bits[code] = Bfloat16Decoder.bits(code * factor + least);
        }
    }

    /** Writes the value of the low bits of each of some bytes, whose number is a multiple of four. */
    void lows(byte[] from, int begin, int count, byte[] target, int to) {
        spaced(from, begin, count, 0, target, to);
    }

    /** The same of the high bits. */
    void highs(byte[] from, int begin, int count, byte[] target, int to) {
        spaced(from, begin, count, 4, target, to);
    }

    private void spaced(byte[] from, int begin, int count, int shift, byte[] target, int to) {
        for (int i = 0; i < count; i += Integer.BYTES) {
            int word = (int) INTS.get(from, begin + i) >>> shift;
            LONGS.set(
                    target,
                    to + 2 * i,
                    bits[word & 15]
                            | bits[word >>> 8 & 15] << 16
                            | bits[word >>> 16 & 15] << 32
                            | bits[word >>> 24 & 15] << 48);
        }
    }

    /** Writes the two values of each of some bytes, that of the low bits first. */
    void lowFirst(byte[] from, int begin, int count, byte[] target, int to) {
        int i = 0;
        for (; i <= count - Integer.BYTES; i += Integer.BYTES) {
            eight((int) INTS.get(from, begin + i), target, to + 4 * i);
        }
        for (; i < count; i++) {
            Bfloat16Decoder.PAIRS.set(target, to + 4 * i, (int) four(from[begin + i]));
        }
    }

    /** Writes the two values of each of some bytes, that of the high bits first. */
    void highFirst(byte[] from, int begin, int count, byte[] target, int to) {
        int i = 0;
        for (; i <= count - Integer.BYTES; i += Integer.BYTES) {
            eight(exchanged((int) INTS.get(from, begin + i)), target, to + 4 * i);
        }
        for (; i < count; i++) {
            Bfloat16Decoder.PAIRS.set(target, to + 4 * i, (int) four(exchanged(from[begin + i])));
        }
    }

    private static int exchanged(int word) {
        return (word & 0x0f0f0f0f) << 4 | (word >>> 4 & 0x0f0f0f0f);
    }

    /** Writes the eight values of a word, that of the lowest bits first. */
    void eight(int word, byte[] target, int to) {
        LONGS.set(target, to, four(word));
        LONGS.set(target, to + Long.BYTES, four(word >>> 16));
    }

    private long four(int word) {
        return bits[word & 15]
                | bits[word >>> 4 & 15] << 16
                | bits[word >>> 8 & 15] << 32
                | bits[word >>> 12 & 15] << 48;
    }

    /** Writes one value of each of an even number of words, that of the four bits from {@code shift} on. */
    void oneOfEach(int[] words, int begin, int count, int shift, byte[] target, int to) {
        int i = 0;
        for (; i <= count - 4; i += 4) {
            LONGS.set(
                    target,
                    to + 2 * i,
                    bits[words[begin + i] >>> shift & 15]
                            | bits[words[begin + i + 1] >>> shift & 15] << 16
                            | bits[words[begin + i + 2] >>> shift & 15] << 32
                            | bits[words[begin + i + 3] >>> shift & 15] << 48);
        }
        for (; i < count; i += 2) {
            long both = bits[words[begin + i] >>> shift & 15] | bits[words[begin + i + 1] >>> shift & 15] << 16;
            Bfloat16Decoder.PAIRS.set(target, to + 2 * i, (int) both);
        }
    }
}
