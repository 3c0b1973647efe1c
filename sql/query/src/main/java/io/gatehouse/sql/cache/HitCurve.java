package io.gatehouse.sql.cache;

/**
 * How often a cache of each size had what was used. A cache of one slot more keeps the same experts and another one, so
 * each use is a hit from some number of slots on.
 */
public final class HitCurve {
    private final long[] hits;
    private long uses;
    private long coldMisses;

    /** @param keys how many experts there are */
    HitCurve(int keys) {
        hits = new long[keys + 1];
    }

    /** Counts a use that is a hit from so many slots on. */
    void hit(int slots) {
        hit(slots, 1);
    }

    void hit(int slots, long number) {
        uses += number;
        hits[slots] += number;
    }

    /** Counts the first use of an expert, which no cache has. */
    void cold() {
        uses++;
        coldMisses++;
    }

    /** The number of uses of experts. */
    public long uses() {
        return uses;
    }

    /** The number of uses of experts that were not used before. */
    public long coldMisses() {
        return coldMisses;
    }

    /** The hits of a cache of 1, 2, … slots, up to this many. */
    public long[] hits(int slots) {
        long[] cumulated = new long[slots];
        long sum = 0;
        for (int i = 0; i < slots; i++) {
            sum += i + 1 < hits.length ? hits[i + 1] : 0;
            cumulated[i] = sum;
        }
        return cumulated;
    }
}
