package io.gatehouse.sample.quiz;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Numbers as choices. */
final class NumberChoices {
    /** Slips that people make: off by a little, a lost carry, a digit off. */
    private static final int[] SLIPS = {-20, -11, -10, -9, -2, -1, 1, 2, 9, 10, 11, 20};

    private NumberChoices() {}

    /** Three different numbers, none negative, each one slip away from {@code right}. */
    static List<String> near(int right, RandomGenerator random) {
        Set<String> wrong = new LinkedHashSet<>();
        while (wrong.size() < 3) {
            int number = right + SLIPS[random.nextInt(SLIPS.length)];
            if (number >= 0) {
                wrong.add(Integer.toString(number));
            }
        }
        return List.copyOf(wrong);
    }

    /** Four different numbers from {@code low} to {@code high}, both inclusive. */
    static int[] different(int low, int high, RandomGenerator random) {
        return random.ints(low, high + 1).distinct().limit(4).toArray();
    }
}
