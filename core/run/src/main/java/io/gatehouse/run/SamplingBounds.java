package io.gatehouse.run;

/** What may be asked of sampling. The engine divides logits of 32 bits by these numbers. */
public final class SamplingBounds {
    private static final double LEAST_TEMPERATURE = 0.001;
    private static final int MOST_TEMPERATURE = 1000;
    private static final double LEAST_PENALTY = 0.01;
    private static final int MOST_PENALTY = 100;

    /** The temperatures at which tokens are drawn, in words. */
    public static final String TEMPERATURES = "from " + LEAST_TEMPERATURE + " to " + MOST_TEMPERATURE;

    /** The repetition penalties, in words. */
    public static final String PENALTIES = "from " + LEAST_PENALTY + " to " + MOST_PENALTY;

    private SamplingBounds() {}

    /** Whether tokens are drawn at this temperature. */
    public static boolean isTemperature(double value) {
        return value >= LEAST_TEMPERATURE && value <= MOST_TEMPERATURE;
    }

    public static boolean isPenalty(double value) {
        return value >= LEAST_PENALTY && value <= MOST_PENALTY;
    }
}
