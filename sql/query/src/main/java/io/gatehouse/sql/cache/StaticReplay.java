package io.gatehouse.sql.cache;

import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A fixed set, loaded before the run: the experts that were used most often in some decisions, those of the run itself or of
 * another one; ties to the lower number.
 */
public final class StaticReplay implements CacheReplay {
    private final long[] fitted;
    private final long[] uses;

    /** @param keys how many experts there are, from 0 */
    public StaticReplay(int keys) {
        fitted = new long[keys];
        uses = new long[keys];
    }

    /** What the set is chosen on. */
    public DecisionListener fitted() {
        return (experts, count) -> add(fitted, experts, count);
    }

    /** Whether there was anything to choose the set on. */
    public boolean isFitted() {
        return LongStream.of(fitted).anyMatch(uses -> uses > 0);
    }

    @Override
    public void decide(int[] experts, int count) {
        add(uses, experts, count);
    }

    private static void add(long[] to, int[] experts, int count) {
        for (int i = 0; i < count; i++) {
            to[experts[i]]++;
        }
    }

    @Override
    public HitCurve end() {
        HitCurve curve = new HitCurve(uses.length);
        int[] order = IntStream.range(0, uses.length)
                .boxed()
                .sorted(Comparator.comparingLong(expert -> -fitted[expert]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int place = 0; place < order.length; place++) {
            curve.hit(place + 1, uses[order[place]]);
        }
        return curve;
    }
}
