package io.gatehouse.sample.quiz;

import java.util.List;
import java.util.random.RandomGenerator;

/** Numbers as choices. */
final class NumberChoices {
    static final int SMALLEST = 10;
    static final int LARGEST = 99;

    private NumberChoices() {}

    /** Three different numbers of two digits, each at most {@code distance} away from {@code right}. */
    static List<String> around(int right, int distance, RandomGenerator random) {
        int low = Math.max(SMALLEST, right - distance);
        int high = Math.min(LARGEST, right + distance);
        return random.ints(low, high + 1)
                .filter(number -> number != right)
                .distinct()
                .limit(3)
                .mapToObj(Integer::toString)
                .toList();
    }

    /** Four different numbers from {@code low} to {@code high}, both inclusive. */
    static int[] different(int low, int high, RandomGenerator random) {
        return random.ints(low, high + 1).distinct().limit(4).toArray();
    }
}
