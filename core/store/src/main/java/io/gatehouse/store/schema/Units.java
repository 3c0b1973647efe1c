package io.gatehouse.store.schema;

/**
 * The small units in which the file keeps what a router says, as whole numbers: half the bytes and half the time of
 * floats in DuckDB. Powers of two, so that scaling is exact and rounding to the nearest is all that is lost: half a
 * unit at most. The schema's views scale back; the numbers here and there must agree.
 */
public final class Units {
    /** Of weights, per 1: an error of 0.000008 beside weights about 1/64. */
    public static final int WEIGHT = 1 << 16;

    /** Of entropies, per nat, and of probability mass, per 1. */
    public static final int ENTROPY = 1 << 10;

    /** Of margins, per 1: finer, since the small ones are the interesting ones. */
    public static final int MARGIN = 1 << 20;

    /** Of single probabilities, per 1: most experts have small ones. */
    public static final int PROBABILITY = 1 << 22;

    private Units() {}

    /** The value in units of {@code 1 / perOne}, rounded to the nearest. */
    public static int of(float value, int perOne) {
        float scaled = value * perOne;
        return (int) (scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
    }
}
