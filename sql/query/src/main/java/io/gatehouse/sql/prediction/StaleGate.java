package io.gatehouse.sql.prediction;

import io.gatehouse.sql.cache.RecencyReplay;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts how many of the experts that a least recently used cache lacks are named by the choice of the router from an
 * earlier state, for caches of each size at once. Decisions come by question, position and layer.
 */
public final class StaleGate {
    private final int experts;
    private final Map<Integer, LayerCache> layers = new TreeMap<>();

    /**
     * The misses of a cache of one layer, for one distance.
     *
     * @param distance how many layers with experts before the router the state is from
     * @param slots of the cache
     * @param decisions how many decisions have a choice at this distance
     * @param misses how many of their experts the cache did not have
     * @param named how many of these the choice named
     * @param followed how many of the misses are of tokens that directly follow one of those that are read
     * @param previous how many of these the token before used in the layer
     */
    public record Misses(
            int layer,
            int distance,
            int slots,
            long decisions,
            long misses,
            long named,
            long followed,
            long previous) {}

    /** @param experts the largest number of experts of a layer */
    public StaleGate(int experts) {
        this.experts = experts;
    }

    /** The cache of a layer, and what was counted, by distance from 1. */
    private static final class LayerCache {
        private final RecencyReplay cache;
        private final List<Counts> counts = new ArrayList<>();
        private int question;
        private int position = -1;
        private int[] before = new int[0];

        LayerCache(int experts) {
            this.cache = new RecencyReplay(experts);
        }
    }

    /** Numbers of uses by the slots that a cache needs to have the expert, those that none has at the end. */
    private static final class Counts {
        private final long[] uses;
        private final long[] named;
        private final long[] followed;
        private final long[] previous;
        private long decisions;

        Counts(int experts) {
            this.uses = new long[experts + 2];
            this.named = new long[experts + 2];
            this.followed = new long[experts + 2];
            this.previous = new long[experts + 2];
        }
    }

    /**
     * Counts the next decision.
     *
     * @param chosen the first {@code count} are its experts
     * @param lookahead by distance, from 1: the experts that would have been chosen; empty where that is not recorded
     */
    public void decide(int question, int position, int layer, int[] chosen, int count, int[][] lookahead) {
        LayerCache state = layers.computeIfAbsent(layer, absent -> new LayerCache(experts));
        boolean follows = state.question == question && state.position + 1 == position;
        for (int distance = 1; distance <= lookahead.length; distance++) {
            while (state.counts.size() < distance) {
                state.counts.add(new Counts(experts));
            }
            if (lookahead[distance - 1].length > 0) {
                add(state, state.counts.get(distance - 1), chosen, count, lookahead[distance - 1], follows);
            }
        }
        state.cache.decide(chosen, count);
        state.question = question;
        state.position = position;
        state.before = Arrays.copyOf(chosen, count);
    }

    private void add(LayerCache state, Counts counts, int[] chosen, int count, int[] named, boolean follows) {
        counts.decisions++;
        for (int i = 0; i < count; i++) {
            int slots = state.cache.slotsFor(chosen[i]);
            int place = slots == 0 ? experts + 1 : slots;
            counts.uses[place]++;
            counts.named[place] += holds(named, chosen[i]) ? 1 : 0;
            counts.followed[place] += follows ? 1 : 0;
            counts.previous[place] += follows && holds(state.before, chosen[i]) ? 1 : 0;
        }
    }

    private static boolean holds(int[] all, int expert) {
        for (int each : all) {
            if (each == expert) {
                return true;
            }
        }
        return false;
    }

    /** By layer, distance and slots, from none to all but one of the largest layer. */
    public List<Misses> misses() {
        List<Misses> all = new ArrayList<>();
        layers.forEach((layer, state) -> {
            for (int distance = 1; distance <= state.counts.size(); distance++) {
                Counts counts = state.counts.get(distance - 1);
                if (counts.decisions > 0) {
                    add(all, layer, distance, counts);
                }
            }
        });
        return all;
    }

    /** A cache of s slots lacks what needs more. */
    private void add(List<Misses> all, int layer, int distance, Counts counts) {
        long misses = 0;
        long named = 0;
        long followed = 0;
        long previous = 0;
        Misses[] bySlots = new Misses[experts];
        for (int slots = experts; slots >= 0; slots--) {
            misses += counts.uses[slots + 1];
            named += counts.named[slots + 1];
            followed += counts.followed[slots + 1];
            previous += counts.previous[slots + 1];
            if (slots < experts) {
                bySlots[slots] =
                        new Misses(layer, distance, slots, counts.decisions, misses, named, followed, previous);
            }
        }
        all.addAll(Arrays.asList(bySlots));
    }
}
