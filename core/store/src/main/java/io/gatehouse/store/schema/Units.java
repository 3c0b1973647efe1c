package io.gatehouse.store.schema;

/**
 * The small units of which the file keeps whole numbers in place of the floats of a router: half the bytes and half the
 * time in DuckDB. They are powers of two, so scaling is exact, and rounding to the nearest loses at most half a unit. SQL
 * files have these numbers from here, by {@link SqlText}.
 */
public final class Units {
    /** Units of weight that make 1: an error of 0.000008, where weights are about 1/64. */
    public static final int WEIGHT = 1 << 16;

    /** Units of entropy that make one nat, and of probability mass that make 1. */
    public static final int ENTROPY = 1 << 10;

    /** Units of margin that make 1: finer, because small margins are the interesting ones. */
    public static final int MARGIN = 1 << 20;

    /** Units of the probability of one expert that make 1: most experts have small ones. */
    public static final int PROBABILITY = 1 << 22;

    private Units() {}

    /** Returns the value in units of {@code 1 / perOne}, rounded to the nearest. */
    public static int of(float value, int perOne) {
        float scaled = value * perOne;
        return (int) (scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
    }
}
