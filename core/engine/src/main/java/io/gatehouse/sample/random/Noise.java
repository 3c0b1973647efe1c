package io.gatehouse.sample.random;

import io.gatehouse.sample.random.StoredForm.Filling;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Normally distributed numbers at the speed of a disk. 65,536 of them are drawn once, each with its negative so that
 * their mean is exactly 0; every weight is then one of these, chosen by 16 bits of a SplitMix64 sequence (Steele et al.,
 * 2014) that starts anew for each tensor. Nothing repeats within a tensor or between tensors.
 */
final class Noise {
    private static final int CHOICES = 1 << 16;
    /** 2^64 divided by the golden ratio, made odd. */
    private static final long STEP = 0x9e3779b97f4a7c15L;

    private final SplittableRandom random;
    private final double[] normal = new double[CHOICES];
    private final Map<Filling.Drawn, int[]> tables = new HashMap<>();

    Noise(long seed) {
        this.random = new SplittableRandom(seed);
        for (int i = 0; i < CHOICES; i += 2) {
            normal[i] = random.nextGaussian();
            normal[i + 1] = -normal[i];
        }
    }

    /** The entries of the next tensor. */
    Sequence next(Filling.Drawn drawn) {
        int[] table = tables.computeIfAbsent(drawn, this::table);
        return new Sequence(table, drawn.coding().width(), random.nextLong());
    }

    private int[] table(Filling.Drawn drawn) {
        int[] table = new int[CHOICES];
        for (int i = 0; i < CHOICES; i++) {
            double value = drawn.spread().mean() + drawn.spread().deviation() * normal[i];
            table[i] = drawn.coding().bits((float) value);
        }
        return table;
    }

    /** The entries of one tensor, in order. */
    static final class Sequence {
        private final int[] table;
        private final int width;
        private long state;

        private Sequence(int[] table, int width, long state) {
            this.table = table;
            this.width = width;
            this.state = state;
        }

        /** Fills the buffer, whose size is a multiple of 16 bytes, with the next entries. */
        void fill(ByteBuffer buffer) {
            LongBuffer words = buffer.asLongBuffer();
            int count = words.remaining();
            if (width < Short.SIZE) {
                for (int i = 0; i < count; i++) {
                    words.put(i, codes());
                }
            } else if (width == Integer.SIZE) {
                for (int i = 0; i < count; i += 2) {
                    long bits = bits();
                    words.put(i, pair(bits));
                    words.put(i + 1, pair(bits >>> 32));
                }
            } else {
                for (int i = 0; i < count; i++) {
                    long bits = bits();
                    words.put(
                            i,
                            choice(bits)
                                    | choice(bits >>> 16) << 16
                                    | choice(bits >>> 32) << 32
                                    | choice(bits >>> 48) << 48);
                }
            }
        }

        /** A word of codes of four or eight bits, the first in its lowest bits. */
        private long codes() {
            long word = 0;
            for (int at = 0; at < Long.SIZE; at += 4 * width) {
                long bits = bits();
                for (int i = 0; i < 4; i++) {
                    word |= choice(bits >>> (Short.SIZE * i)) << (at + i * width);
                }
            }
            return word;
        }

        private long pair(long bits) {
            return (choice(bits) & 0xffff_ffffL) | (choice(bits >>> 16) << 32);
        }

        private long choice(long bits) {
            return table[(int) (bits & (CHOICES - 1))];
        }

        private long bits() {
            state += STEP;
            long bits = state;
            bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
            bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
            return bits ^ (bits >>> 31);
        }
    }
}
