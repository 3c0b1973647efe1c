package io.gatehouse.sql.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.sql.placement.ExpertLoadBalancer.PhysicalExpert;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestExpertLoadBalancer {
    private static final double[] ONE_LAYER = {90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86};
    private static final double[] OTHER_LAYER = {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27};

    /**
     * The loads of EPLB's README. The maps are what {@code eplb.rebalance_experts(weight, replicas, 1, 1, gpus)} of
     * deepseek-ai/EPLB, commit d52c72d, printed with PyTorch 2.
     */
    @Test
    void placesAsEplbDoes() {
        assertThat(experts(ONE_LAYER, 8, 16)).containsExactly(10, 6, 10, 7, 0, 2, 11, 4, 5, 9, 5, 4, 8, 3, 1, 1);
        assertThat(experts(OTHER_LAYER, 8, 16)).containsExactly(1, 10, 2, 4, 5, 11, 5, 0, 6, 7, 6, 3, 8, 8, 9, 7);
        assertThat(experts(ONE_LAYER, 5, 15)).containsExactly(4, 1, 6, 10, 8, 9, 10, 1, 3, 0, 5, 7, 11, 5, 2);
        assertThat(experts(OTHER_LAYER, 5, 15)).containsExactly(7, 8, 10, 1, 9, 4, 2, 8, 3, 5, 6, 11, 5, 6, 0);
    }

    @Test
    void ranksOfOneExpertHoldThemInOrder() {
        assertThat(placed(new double[] {1, 6, 2}, 4, 4))
                .containsExactly(
                        new PhysicalExpert(0, 0, 1),
                        new PhysicalExpert(1, 1, 2),
                        new PhysicalExpert(2, 2, 1),
                        new PhysicalExpert(3, 1, 2));
    }

    /** Seven copies on three ranks: at most three on each. No copy of an expert has more load than a copy of another would have. */
    @Test
    void propertiesHoldOfLoadsAtRandom() {
        Random random = new Random(20_261_202);
        for (int round = 0; round < 300; round++) {
            int[] loads = random.ints(1 + random.nextInt(40), 0, 50).toArray();
            int ranks = 1 + random.nextInt(9);
            int replicas = loads.length + random.nextInt(20);
            double[] asNumbers = Arrays.stream(loads).asDoubleStream().toArray();
            List<PhysicalExpert> placed = placed(asNumbers, ranks, replicas);
            assertThat(placed).hasSize(replicas).isSortedAccordingTo((a, b) -> Integer.compare(a.rank(), b.rank()));
            assertThat(placed.stream().collect(Collectors.groupingBy(PhysicalExpert::rank, Collectors.counting())))
                    .allSatisfy((rank, held) -> {
                        assertThat(rank).isBetween(0, ranks - 1);
                        assertThat(held).isLessThanOrEqualTo(-Math.floorDiv(-replicas, ranks));
                    });
            placed.stream()
                    .collect(Collectors.groupingBy(PhysicalExpert::expert))
                    .values()
                    .forEach(copies -> assertThat(copies)
                            .allSatisfy(each -> assertThat(each.copies()).isEqualTo(copies.size())));
            assertThat(placed.stream().map(PhysicalExpert::expert).distinct()).hasSize(loads.length);
            double most = placed.stream()
                    .mapToDouble(each -> asNumbers[each.expert()] / each.copies())
                    .max()
                    .orElseThrow();
            assertThat(placed.stream().filter(each -> each.copies() > 1))
                    .as("copies were made where the load was most")
                    .allSatisfy(each -> assertThat(asNumbers[each.expert()] / (each.copies() - 1))
                            .isGreaterThanOrEqualTo(most));
        }
    }

    @Test
    void givesUpWhenToldTo() {
        assertThatThrownBy(() -> ExpertLoadBalancer.balance(ONE_LAYER, 2, 1000, () -> {
                    throw new IllegalStateException("stopped");
                }))
                .hasMessage("stopped");
    }

    private static List<Integer> experts(double[] loads, int ranks, int replicas) {
        List<PhysicalExpert> placed = placed(loads, ranks, replicas);
        int each = replicas / ranks;
        assertThat(placed)
                .extracting(PhysicalExpert::rank)
                .containsExactlyElementsOf(IntStream.range(0, replicas)
                        .map(slot -> slot / each)
                        .boxed()
                        .toList());
        return placed.stream().map(PhysicalExpert::expert).toList();
    }

    private static List<PhysicalExpert> placed(double[] loads, int ranks, int replicas) {
        return ExpertLoadBalancer.balance(loads, ranks, replicas, () -> {});
    }
}
