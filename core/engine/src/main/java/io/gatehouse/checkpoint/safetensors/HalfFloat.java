package io.gatehouse.checkpoint.safetensors;

/** IEEE 754 half precision. Java 17 has no conversion of its own. */
public final class HalfFloat {
    private static final int EXPONENT_BIAS_DIFFERENCE = 127 - 15;

    private HalfFloat() {}

    /** The float with the same value; every half has one. */
    public static float toFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        if (exponent == 0) {
            // Subnormal: fraction x 2^-24.
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | (exponent + EXPONENT_BIAS_DIFFERENCE) << 23 | fraction << 13);
    }
}
