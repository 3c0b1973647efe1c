package io.gatehouse.checkpoint.config;

/**
 * Queries grow with their position p: q × (1 + scale × ln(1 + floor((p + 1) / floor))), "temperature tuning" of Llama 4,
 * where {@code floor} is a number of positions.
 *
 * @param offset what is added to the position before it is divided: 1 in Llama 4, 0 in Mistral 4
 */
public record QueryScale(float scale, float floor, int offset) {
    public QueryScale {
        if (!(floor > 0)) {
            throw new IllegalArgumentException("floor is " + floor);
        }
    }
}
