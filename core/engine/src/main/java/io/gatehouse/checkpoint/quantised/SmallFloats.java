package io.gatehouse.checkpoint.quantised;

/** The values of floating-point numbers of four and eight bits, as the OCP MX specification v1.0 (2023) has them. */
final class SmallFloats {
    /** E4M3 without infinities: 0x7f and 0xff are NaN, the largest value is 448. */
    private static final float[] E4M3 = new float[256];

    /** 2^(b - 127); 0xff is NaN. */
    private static final float[] E8M0 = new float[256];

    /** E2M1, by the four bits. */
    private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

    /** Signed bytes. */
    private static final float[] INT8 = new float[256];

    static {
        for (int bits = 0; bits < 256; bits++) {
            int exponent = bits >> 3 & 15;
            int fraction = bits & 7;
            float magnitude = exponent == 0 ? Math.scalb(fraction, -9) : Math.scalb(1 + fraction / 8f, exponent - 7);
            float value = exponent == 15 && fraction == 7 ? Float.NaN : magnitude;
            E4M3[bits] = bits < 128 ? value : -value;
            E8M0[bits] = bits == 255 ? Float.NaN : Math.scalb(1f, bits - 127);
            INT8[bits] = (byte) bits;
        }
    }

    private SmallFloats() {}

    /** The value of each byte as E4M3. A copy, because tables are arrays. */
    static float[] e4m3() {
        return E4M3.clone();
    }

    static float[] e8m0() {
        return E8M0.clone();
    }

    static float[] int8() {
        return INT8.clone();
    }

    /** The two values of each byte, low bits first: those of byte b are at 2b and 2b + 1. */
    static float[] pairsOfE2m1() {
        float[] pairs = new float[512];
        for (int bits = 0; bits < 256; bits++) {
            pairs[2 * bits] = E2M1[bits & 15];
            pairs[2 * bits + 1] = E2M1[bits >> 4];
        }
        return pairs;
    }
}
