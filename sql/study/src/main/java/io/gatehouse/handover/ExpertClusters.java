package io.gatehouse.handover;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Groups of experts that are chosen together more often than others: a graph with an edge for each pair, of the share of
 * tokens at which both are chosen, and the greedy maximisation of its modularity (Clauset, Newman and Moore 2004), as
 * {@code greedy_modularity_communities} of networkx does it. At first each expert is a group; the two groups whose union
 * raises the modularity most are joined, of equal ones those of the lowest experts, until that would lower it.
 */
final class ExpertClusters {
    /** From so many experts on mbolt ignores pairs that are rare, so that its graph does not get too large. */
    private static final int MANY_EXPERTS = 256;

    private static final double RARE = 5e-5;

    private final int experts;
    private final boolean[][] linked;
    /** By how much the union of two groups would raise the modularity. */
    private final double[][] gain;
    /** Share of the ends of edges in each group. */
    private final double[] ends;

    private final List<List<Integer>> groups = new ArrayList<>();

    private ExpertClusters(Coactivation layer) {
        experts = layer.experts();
        linked = new boolean[experts][experts];
        gain = new double[experts][experts];
        ends = new double[experts];
        double[][] weights = new double[experts][experts];
        double[] degrees = new double[experts];
        double sum = 0;
        long least = experts <= MANY_EXPERTS ? 1 : Math.max(2, (long) (layer.tokens() * RARE));
        // In the order in which networkx adds, to the same last bit.
        for (int i = 0; i < experts; i++) {
            groups.add(new ArrayList<>(List.of(i)));
            for (int j = 0; j < experts; j++) {
                linked[i][j] = i != j && layer.together(i, j) >= least;
                weights[i][j] = linked[i][j] ? (double) layer.together(i, j) / layer.tokens() : 0;
                degrees[i] += weights[i][j];
            }
            sum += degrees[i];
        }
        double scale = 1 / (sum / 2);
        for (int i = 0; i < experts; i++) {
            ends[i] = degrees[i] * scale * 0.5;
        }
        for (int i = 0; i < experts; i++) {
            for (int j = 0; j < experts; j++) {
                gain[i][j] = scale * weights[i][j] - expected(i, j);
            }
        }
    }

    /** Returns the groups, those of the most uses first, and in each the most used experts first; of equals the lower. */
    static List<List<Integer>> of(Coactivation layer) {
        ExpertClusters clusters = new ExpertClusters(layer);
        while (clusters.joinBest()) {
            // Until nothing is gained.
        }
        Comparator<Integer> mostUsed = Comparator.comparingLong(expert -> -layer.uses(expert));
        return clusters.groups.stream()
                .filter(group -> !group.isEmpty())
                .map(group -> group.stream()
                        .sorted(mostUsed.thenComparing(Comparator.naturalOrder()))
                        .toList())
                .sorted(Comparator.<List<Integer>>comparingLong(
                                group -> -group.stream().mapToLong(layer::uses).sum())
                        // networkx returns the largest first, and mbolt's order is stable.
                        .thenComparing(group -> -group.size()))
                .toList();
    }

    private boolean joinBest() {
        int first = -1;
        int second = -1;
        for (int i = 0; i < experts; i++) {
            for (int j = i + 1; j < experts; j++) {
                if (linked[i][j] && (first < 0 || gain[i][j] > gain[first][second])) {
                    first = i;
                    second = j;
                }
            }
        }
        if (first < 0 || gain[first][second] < 0) {
            return false;
        }
        join(first, second);
        return true;
    }

    /** Joins a group to another, which keeps its number. */
    private void join(int from, int to) {
        for (int other = 0; other < experts; other++) {
            if (other != from && other != to && (linked[from][other] || linked[to][other])) {
                double joined = !linked[from][other]
                        ? gain[to][other] - expected(from, other)
                        : !linked[to][other]
                                ? gain[from][other] - expected(to, other)
                                : gain[to][other] + gain[from][other];
                gain[to][other] = joined;
                gain[other][to] = joined;
                linked[to][other] = true;
                linked[other][to] = true;
            }
            linked[from][other] = false;
            linked[other][from] = false;
        }
        ends[to] += ends[from];
        groups.get(to).addAll(groups.get(from));
        groups.set(from, Collections.emptyList());
    }

    private double expected(int i, int j) {
        return ends[i] * ends[j] + ends[j] * ends[i];
    }
}
