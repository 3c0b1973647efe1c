package io.gatehouse.sql.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The global policy of EPLB: copies of busy experts, and physical experts on ranks, so that the ranks have
 * nearly equal loads. After {@code replicate_experts} and {@code balanced_packing} of deepseek-ai/EPLB, commit d52c72d. Of
 * equal loads the first one is taken, which there depends on PyTorch's sort.
 */
public final class ExpertLoadBalancer {
    private static final Comparator<Share> BUSIEST_FIRST =
            Comparator.comparingDouble(Share::load).reversed().thenComparingInt(Share::number);

    private final double[] loads;
    private final int ranks;
    private final int replicas;
    private final Runnable check;

    /** One copy of an expert on a rank; {@code copies} is the number of copies of that expert on all ranks. */
    public record PhysicalExpert(int rank, int expert, int copies) {}

    /** The load of one copy, with the number of the expert or of the copy. */
    private record Share(double load, int number) {}

    private static final class Rank {
        private final int number;
        private final List<Integer> held = new ArrayList<>();
        private double load;

        private Rank(int number) {
            this.number = number;
        }

        private void add(Share copy) {
            held.add(copy.number());
            load += copy.load();
        }
    }

    private ExpertLoadBalancer(double[] loads, int ranks, int replicas, Runnable check) {
        this.loads = loads;
        this.ranks = ranks;
        this.replicas = replicas;
        this.check = check;
    }

    /**
     * The physical experts of a layer, in the order of their ranks. A rank has at most {@code replicas / ranks} of them, rounded
     * up.
     *
     * @param loads of the experts of the layer, at least one
     * @param replicas physical experts, at least one of each expert
     * @param check is called before each copy, and throws to give up
     */
    public static List<PhysicalExpert> balance(double[] loads, int ranks, int replicas, Runnable check) {
        return new ExpertLoadBalancer(loads, ranks, replicas, check).balance();
    }

    private List<PhysicalExpert> balance() {
        int[] copies = new int[loads.length];
        Arrays.fill(copies, 1);
        int[] experts = replicated(copies);
        List<PhysicalExpert> placed = new ArrayList<>(replicas);
        for (Rank rank : packed(experts, copies)) {
            for (int number : rank.held) {
                placed.add(new PhysicalExpert(rank.number, experts[number], copies[experts[number]]));
            }
        }
        return placed;
    }

    /** The expert of each copy: each expert once, then, one at a time, a copy of the expert with the most load per copy. */
    private int[] replicated(int[] copies) {
        int[] experts = Arrays.copyOf(IntStream.range(0, loads.length).toArray(), replicas);
        PriorityQueue<Share> busiest = new PriorityQueue<>(BUSIEST_FIRST);
        for (int expert = 0; expert < loads.length; expert++) {
            busiest.add(new Share(loads[expert], expert));
        }
        for (int copy = loads.length; copy < replicas; copy++) {
            check.run();
            int expert = busiest.remove().number();
            experts[copy] = expert;
            copies[expert]++;
            busiest.add(new Share(loads[expert] / copies[expert], expert));
        }
        return experts;
    }

    /** Each copy, the busiest first, on the rank with the least load that has room; in their order if ranks hold one each. */
    private List<Rank> packed(int[] experts, int[] copies) {
        int room = (replicas - 1) / ranks + 1;
        List<Share> shares = IntStream.range(0, replicas)
                .mapToObj(copy -> new Share(loads[experts[copy]] / copies[experts[copy]], copy))
                .sorted(room == 1 ? Comparator.comparingInt(Share::number) : BUSIEST_FIRST)
                .toList();
        List<Rank> all = IntStream.range(0, Math.min(ranks, replicas))
                .mapToObj(Rank::new)
                .toList();
        PriorityQueue<Rank> open = new PriorityQueue<>(
                Comparator.<Rank>comparingDouble(rank -> rank.load).thenComparingInt(rank -> rank.number));
        open.addAll(all);
        for (Share share : shares) {
            check.run();
            Rank rank = open.remove();
            rank.add(share);
            if (rank.held.size() < room) {
                open.add(rank);
            }
        }
        return all;
    }
}
