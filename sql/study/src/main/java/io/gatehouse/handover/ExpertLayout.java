package io.gatehouse.handover;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Orders in which the experts of a layer can lie in a file. Of experts that are alike the lower one is first.
 *
 * @param clusters experts that are chosen together
 */
record ExpertLayout(Coactivation layer, List<List<Integer>> clusters) {
    /** Pairs of fewer tokens say little about their lift. */
    private static final int PAIRS_OF = 5;

    private static final int TOP_CLIQUES = 8;
    private static final int EXPERTS_OF_CLIQUE = 16;

    static ExpertLayout of(Coactivation layer) {
        return new ExpertLayout(layer, ExpertClusters.of(layer));
    }

    /** The most used first. */
    private List<Integer> heat() {
        return IntStream.range(0, layer.experts())
                .boxed()
                .sorted(Comparator.comparingLong(expert -> -layer.uses(expert)))
                .toList();
    }

    /** Cluster by cluster. */
    private List<Integer> clique() {
        return clusters.stream().flatMap(List::stream).toList();
    }

    /**
     * Cluster by cluster, in each a path from the most used expert to that which is chosen together with the one before most
     * often, of equals to the most used one.
     */
    private List<Integer> chain() {
        List<Integer> chain = new ArrayList<>();
        for (List<Integer> cluster : clusters) {
            // The most used first, and min takes the first of equals.
            List<Integer> left = new ArrayList<>(cluster);
            int last = left.remove(0);
            chain.add(last);
            while (!left.isEmpty()) {
                int from = last;
                last = left.stream()
                        .min(Comparator.comparingLong(expert -> -layer.together(from, expert)))
                        .orElseThrow();
                left.remove(Integer.valueOf(last));
                chain.add(last);
            }
        }
        return chain;
    }

    /** @param number of the layer in the model */
    String json(int number) {
        List<Integer> sizes = clusters.stream().map(List::size).toList();
        List<List<Integer>> cliques = clusters.stream()
                .limit(TOP_CLIQUES)
                .map(cluster -> cluster.subList(0, Math.min(EXPERTS_OF_CLIQUE, cluster.size())))
                .toList();
        List<Long> uses =
                IntStream.range(0, layer.experts()).mapToObj(layer::uses).toList();
        return "{\"layer\": %s, \"clique_perm\": %s, \"chain_perm\": %s, \"heat_perm\": %s, \"heat\": %s, "
                        .formatted(number, clique(), chain(), heat(), uses)
                + "\"heat_entropy_bits\": %s, \"max_entropy_bits\": %s, \"lift\": %s, "
                        .formatted(layer.entropyBits(), Math.log(layer.experts()) / Math.log(2), lift())
                + "\"n_clusters\": %s, \"cluster_sizes\": %s, \"top_cliques\": %s}"
                        .formatted(clusters.size(), sizes, cliques);
    }

    private String lift() {
        double[] lifts = layer.lifts(PAIRS_OF);
        if (lifts.length == 0) {
            return "{}";
        }
        return "{\"median\": %s, \"p90\": %s, \"p99\": %s, \"max\": %s, \"frac_gt_1.5\": %s, \"frac_gt_2\": %s}"
                .formatted(
                        quantile(lifts, 0.5),
                        quantile(lifts, 0.9),
                        quantile(lifts, 0.99),
                        lifts[lifts.length - 1],
                        shareAbove(lifts, 1.5),
                        shareAbove(lifts, 2));
    }

    /** Between two values it is linear, as NumPy's. */
    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
    }

    private static double shareAbove(double[] lifts, double least) {
        return Arrays.stream(lifts).filter(lift -> lift > least).count() / (double) lifts.length;
    }
}
