package io.gatehouse.checkpoint;

/** Rotary position embedding: pair i of a head turns by position × theta^(-2i / head size). */
public record Rope(double theta) {
    public Rope {
        if (!(theta > 0) || Double.isInfinite(theta)) {
            throw new IllegalArgumentException("theta is " + theta);
        }
    }
}
