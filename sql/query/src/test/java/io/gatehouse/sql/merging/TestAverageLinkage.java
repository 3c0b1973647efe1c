package io.gatehouse.sql.merging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestAverageLinkage {
    private static final long SEED = 20_261_201;

    private static double[][] onALine(double... points) {
        double[][] distances = new double[points.length][points.length];
        for (int i = 0; i < points.length; i++) {
            for (int j = 0; j < points.length; j++) {
                distances[i][j] = Math.abs(points[i] - points[j]);
            }
        }
        return distances;
    }

    private static List<Integer> groups(AverageLinkage linkage, int members) {
        return IntStream.range(0, members).mapToObj(linkage::group).toList();
    }

    /** 0 and 1 are nearest, then 5 and 7; the means between the two pairs are 5, 7, 4 and 6. */
    @Test
    void theNearestAreJoinedFirst() {
        double[][] distances = onALine(7, 0, 5, 1);
        AverageLinkage linkage = new AverageLinkage(distances);
        linkage.join(9, () -> {});
        assertThat(groups(linkage, 4)).containsExactly(0, 1, 2, 3);
        linkage.join(3, () -> {});
        assertThat(groups(linkage, 4)).containsExactly(0, 1, 2, 1);
        assertThat(linkage.height(1)).isEqualTo(1);
        assertThat(linkage.height(0)).isZero();
        linkage.join(2, () -> {});
        assertThat(groups(linkage, 4)).containsExactly(0, 1, 0, 1);
        assertThat(linkage.height(0)).isEqualTo(2);
        linkage.join(0, () -> {});
        assertThat(groups(linkage, 4)).containsOnly(0);
        assertThat(linkage.height(0)).isEqualTo(5.5);
        assertThat(distances).isDeepEqualTo(onALine(7, 0, 5, 1));
    }

    @Test
    void stops() {
        AverageLinkage linkage = new AverageLinkage(onALine(0, 1, 2));
        assertThatThrownBy(() -> linkage.join(1, () -> {
                    throw new IllegalStateException("stopped");
                }))
                .hasMessage("stopped");
        assertThat(groups(linkage, 3)).containsExactly(0, 1, 2);
    }

    /** Each step joins the two groups with the least mean of the distances of their members, counted anew. */
    @Test
    void distancesOfGroupsAreMeansOfThoseOfMembers() {
        Random random = new Random(SEED);
        for (int trial = 0; trial < 50; trial++) {
            int members = 3 + random.nextInt(8);
            double[][] distances = new double[members][members];
            for (int i = 0; i < members; i++) {
                for (int j = 0; j < i; j++) {
                    distances[i][j] = random.nextDouble();
                    distances[j][i] = distances[i][j];
                }
            }
            AverageLinkage linkage = new AverageLinkage(distances);
            for (int count = members - 1; count >= 1; count--) {
                List<Integer> before = groups(linkage, members);
                linkage.join(count, () -> {});
                List<Integer> after = groups(linkage, members);
                assertThat(after.stream().distinct()).hasSize(count);
                int changed = IntStream.range(0, members)
                        .filter(member -> !before.get(member).equals(after.get(member)))
                        .findFirst()
                        .orElseThrow();
                assertThat(linkage.height(after.get(changed)))
                        .as("seed %d, trial %d", SEED, trial)
                        .isCloseTo(mean(distances, before, before.get(changed), after.get(changed)), within(1e-12))
                        .isCloseTo(least(distances, before), within(1e-12));
            }
        }
    }

    private static double least(double[][] distances, List<Integer> groups) {
        List<Integer> each = groups.stream().distinct().toList();
        double least = Double.POSITIVE_INFINITY;
        for (int one : each) {
            for (int other : each) {
                least = one < other ? Math.min(least, mean(distances, groups, one, other)) : least;
            }
        }
        return least;
    }

    private static double mean(double[][] distances, List<Integer> groups, int one, int other) {
        List<Double> pairs = new ArrayList<>();
        for (int i = 0; i < distances.length; i++) {
            for (int j = 0; j < distances.length; j++) {
                if (groups.get(i) == one && groups.get(j) == other) {
                    pairs.add(distances[i][j]);
                }
            }
        }
        return pairs.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
