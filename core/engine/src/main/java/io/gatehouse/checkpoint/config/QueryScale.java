package io.gatehouse.checkpoint.config;

/** How queries grow with their position p, counted from 0. */
public sealed interface QueryScale {
    /**
     * q × (1 + scale × ln(1 + floor((p + offset) / floor))), "temperature tuning" of Llama 4, where {@code floor} is a
     * number of positions.
     *
     * @param offset what is added to the position before it is divided: 1 in Llama 4, 0 in Mistral 4
     */
    record Steps(float scale, float floor, int offset) implements QueryScale {
        public Steps {
            requirePositive("floor", floor);
        }
    }

    /** q × (1 + (p + 1) / length)^exponent (Beam). */
    record Power(float exponent, float length) implements QueryScale {
        public Power {
            requirePositive("length", length);
        }
    }

    /** q × (s × ln(p + 1) + b), with a stored s and b for each head (Mistral Large 4). */
    record LearnedLogarithm() implements QueryScale {}

    private static void requirePositive(String name, float value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("%s is %s".formatted(name, value));
        }
    }
}
