package io.gatehouse.sql.cache;

/**
 * Keeps the experts of highest priority. Experts are kept in a stack whose first s are those in a cache of s slots. With
 * the k experts M of a decision, the cache of s >= k slots becomes M and the s - k best of what it had besides. From one
 * size to the next that is one expert more: the best of those that the smaller one had no slot for and of the next one in
 * the stack (Mattson et al. 1970, with the experts of a decision in place of one reference).
 */
public final class PriorityReplay implements CacheReplay {
    private final HitCurve curve;
    private final Priority priority;
    private final int[] stack;
    private final boolean[] known;
    private final boolean[] needed;
    private int size;

    /** The experts without a slot at the size that is looked at, by rising priority. */
    private int[] waiting = new int[16];

    private long[] priorities = new long[16];
    private int number;

    /** @param keys how many experts there are, from 0 */
    PriorityReplay(int keys, Priority priority) {
        this.curve = new HitCurve(keys);
        this.priority = priority;
        this.stack = new int[keys];
        this.known = new boolean[keys];
        this.needed = new boolean[keys];
    }

    /** Keeps what was used most often so far. */
    public static PriorityReplay frequency(int keys) {
        return new PriorityReplay(keys, new Priority.Frequency(keys));
    }

    /** Keeps experts at random, always the same ones. */
    public static PriorityReplay chance(int keys) {
        return new PriorityReplay(keys, new Priority.Chance());
    }

    @Override
    public void decide(int[] experts, int count) {
        if (waiting.length <= count) {
            waiting = new int[2 * count];
            priorities = new long[2 * count];
        }
        int toFind = 0;
        for (int i = 0; i < count; i++) {
            int expert = experts[i];
            needed[expert] = true;
            priority.used(expert);
            if (known[expert]) {
                toFind++;
            } else {
                curve.cold();
            }
        }
        int missing = count - toFind;
        number = 0;
        int place = 0;
        while (place < size && (toFind > 0 || missing > 0)) {
            int expert = stack[place];
            if (needed[expert]) {
                curve.hit(place + 1);
                toFind--;
            } else {
                insert(expert);
            }
            if (place >= count) {
                stack[place] = waiting[--number];
            }
            place++;
        }
        size += missing;
        for (int last = Math.max(place, count); number > 0; last++) {
            stack[last] = waiting[--number];
        }
        for (int i = 0; i < count; i++) {
            needed[experts[i]] = false;
            known[experts[i]] = true;
            insert(experts[i]);
        }
        for (int first = 0; number > 0; first++) {
            stack[first] = waiting[--number];
        }
    }

    private void insert(int expert) {
        long mine = priority.of(expert);
        int at = number++;
        while (at > 0 && priorities[at - 1] > mine) {
            priorities[at] = priorities[at - 1];
            waiting[at] = waiting[at - 1];
            at--;
        }
        priorities[at] = mine;
        waiting[at] = expert;
    }

    @Override
    public HitCurve end() {
        return curve;
    }
}
