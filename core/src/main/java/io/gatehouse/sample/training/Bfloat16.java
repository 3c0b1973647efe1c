package io.gatehouse.sample.training;

/** The upper half of a float: same range, 8 bits of precision. */
final class Bfloat16 {
    private Bfloat16() {}

    /** The bits of the nearest bfloat16, ties to the even one; the value must be finite. */
    static short bits(float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException("A weight is " + value);
        }
        int bits = Float.floatToRawIntBits(value);
        int even = (bits >>> 16) & 1;
        return (short) ((bits + 0x7fff + even) >>> 16);
    }
}
