package io.gatehouse.sample.quiz;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Fisher-Yates over a {@link RandomGenerator}; {@link Collections#shuffle} takes only the older generators. */
final class Shuffle {
    private Shuffle() {}

    /** The items in random order. */
    static <T> List<T> of(List<T> items, RandomGenerator random) {
        return sample(items, items.size(), random);
    }

    /** {@code count} different items in random order. */
    static <T> List<T> sample(List<T> items, int count, RandomGenerator random) {
        List<T> shuffled = new ArrayList<>(items);
        for (int i = 0; i < count; i++) {
            Collections.swap(shuffled, i, random.nextInt(i, shuffled.size()));
        }
        return List.copyOf(shuffled.subList(0, count));
    }
}
