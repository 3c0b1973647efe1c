package io.gatehouse.sql.cache;

import java.util.Arrays;

/** A heap of experts by priority; any expert can be removed. */
final class ExpertHeap {
    private static final int ABSENT = -1;

    private final int[] experts;
    /** Where an expert is in the heap. */
    private final int[] places;

    private final long[] priorities;
    private int size;

    /** @param keys how many experts there are, from 0 */
    ExpertHeap(int keys) {
        this.experts = new int[keys];
        this.places = new int[keys];
        this.priorities = new long[keys];
        Arrays.fill(places, ABSENT);
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean contains(int expert) {
        return places[expert] != ABSENT;
    }

    /** Adds an expert that it does not contain. */
    void add(int expert, long priority) {
        if (contains(expert)) {
            throw new IllegalArgumentException("Expert %d is there".formatted(expert));
        }
        priorities[expert] = priority;
        rise(size++, expert);
    }

    /** Takes out an expert that it contains. */
    void remove(int expert) {
        int place = places[expert];
        places[expert] = ABSENT;
        int last = experts[--size];
        if (last != expert) {
            rise(place, last);
            sink(places[last], last);
        }
    }

    /** Takes out the expert of lowest priority. */
    int removeLowest() {
        int lowest = experts[0];
        remove(lowest);
        return lowest;
    }

    private void rise(int from, int expert) {
        int place = from;
        while (place > 0 && priorities[experts[(place - 1) / 2]] > priorities[expert]) {
            put(place, experts[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        put(place, expert);
    }

    private void sink(int from, int expert) {
        int place = from;
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && priorities[experts[child + 1]] < priorities[experts[child]]) {
                child++;
            }
            if (priorities[experts[child]] >= priorities[expert]) {
                break;
            }
            put(place, experts[child]);
            place = child;
        }
        put(place, expert);
    }

    private void put(int place, int expert) {
        experts[place] = expert;
        places[expert] = place;
    }
}
