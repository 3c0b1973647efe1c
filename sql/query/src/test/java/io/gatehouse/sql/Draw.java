package io.gatehouse.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Chances of a random statement. */
record Draw(SplittableRandom random) {
    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    @SafeVarargs
    final <T> T one(T... of) {
        return of[random.nextInt(of.length)];
    }

    <T> T oneOf(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Some of them, each once, in any order. */
    <T> List<T> some(List<T> of, int most) {
        List<T> rest = new ArrayList<>(of);
        List<T> chosen = new ArrayList<>();
        while (chosen.size() < most && !rest.isEmpty()) {
            chosen.add(rest.remove(random.nextInt(rest.size())));
        }
        return chosen;
    }

    <T> List<T> times(int count, Supplier<T> supplier) {
        return IntStream.range(0, count).mapToObj(i -> supplier.get()).toList();
    }
}
