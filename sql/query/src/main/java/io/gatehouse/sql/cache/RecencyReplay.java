package io.gatehouse.sql.cache;

import java.util.Arrays;

/**
 * Least recently used: a cache of s slots has the s experts that were used last. So a use is a hit from d slots on, d - 1
 * experts having been used since the last use of its expert (Mattson et al. 1970). They are counted in a Fenwick tree over
 * the times of last uses (Bennett and Kruskal 1975): the time is logarithmic in the number of experts, whatever the number
 * of decisions. Within a decision the later rank counts as the later use.
 */
public final class RecencyReplay implements CacheReplay {
    private final HitCurve curve;

    /** The time of the last use of each expert, from 1; 0 if there was none. */
    private final int[] last;

    private final int[] usedAt;
    private final int[] tree;
    private final int capacity;
    private int time;
    private int used;

    /** @param keys how many experts there are, from 0 */
    public RecencyReplay(int keys) {
        curve = new HitCurve(keys);
        last = new int[keys];
        capacity = Integer.highestOneBit(Math.max(keys, 8)) << 2;
        usedAt = new int[capacity + 1];
        tree = new int[capacity + 1];
    }

    /** Slots that a cache needs to have an expert before the next decision; 0 if none has it. */
    public int slotsFor(int expert) {
        return last[expert] == 0 ? 0 : used - upTo(last[expert]) + 1;
    }

    @Override
    public void decide(int[] experts, int count) {
        if (time > capacity - count) {
            renumber();
        }
        for (int i = 0; i < count; i++) {
            int slots = slotsFor(experts[i]);
            if (slots == 0) {
                curve.cold();
            } else {
                curve.hit(slots);
            }
        }
        for (int i = 0; i < count; i++) {
            int expert = experts[i];
            int before = last[expert];
            if (before == 0) {
                used++;
            } else {
                add(before, -1);
                usedAt[before] = -1;
            }
            last[expert] = ++time;
            usedAt[time] = expert;
            add(time, 1);
        }
    }

    /** Numbers the times of last uses from 1 again, without the gaps between them. */
    private void renumber() {
        int next = 0;
        for (int before = 1; before <= time; before++) {
            int expert = usedAt[before];
            if (expert >= 0) {
                usedAt[++next] = expert;
                last[expert] = next;
            }
        }
        time = next;
        Arrays.fill(tree, 0);
        for (int i = 1; i <= capacity; i++) {
            tree[i] += i <= time ? 1 : 0;
            int parent = i + (i & -i);
            if (parent <= capacity) {
                tree[parent] += tree[i];
            }
        }
    }

    private void add(int at, int change) {
        for (int i = at; i <= capacity; i += i & -i) {
            tree[i] += change;
        }
    }

    private int upTo(int at) {
        int sum = 0;
        for (int i = at; i > 0; i -= i & -i) {
            sum += tree[i];
        }
        return sum;
    }

    @Override
    public HitCurve end() {
        return curve;
    }
}
