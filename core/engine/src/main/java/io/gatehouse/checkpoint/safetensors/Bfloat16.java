package io.gatehouse.checkpoint.safetensors;

/** The upper half of a float: same range, 8 bits of precision. */
public final class Bfloat16 {
    private Bfloat16() {}

    /** The bits of the nearest bfloat16, ties to the even one; the value must be finite. */
    public static short bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }

    /** The float with the same value; every bfloat16 has one. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
