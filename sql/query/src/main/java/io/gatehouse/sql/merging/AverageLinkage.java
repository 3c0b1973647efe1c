package io.gatehouse.sql.merging;

import java.util.Arrays;

/**
 * Agglomerative clustering by average linkage: the two groups with the least mean distance of their members are joined,
 * again and again, until so many groups are left (Sokal and Michener 1958; the distances of a joined group by Lance and
 * Williams 1967). Of equal distances, the one between the groups with the lower numbers is taken.
 */
public final class AverageLinkage {
    private final int members;
    private final double[][] distances;
    /** The group of each member, which has the number of its lowest member. */
    private final int[] groups;

    private final int[] sizes;
    /** The distance at which each group was joined; 0 for a group of one. */
    private final double[] heights;

    private int count;

    /** @param distances of each two members, symmetric */
    public AverageLinkage(double[][] distances) {
        this.members = distances.length;
        this.distances = Arrays.stream(distances).map(double[]::clone).toArray(double[][]::new);
        this.groups = new int[members];
        Arrays.setAll(groups, member -> member);
        this.sizes = new int[members];
        Arrays.fill(sizes, 1);
        this.heights = new double[members];
        this.count = members;
    }

    /**
     * Joins groups until there are {@code wanted}.
     *
     * @param check is called before each step, and throws to give up
     */
    public void join(int wanted, Runnable check) {
        while (count > Math.max(1, wanted)) {
            check.run();
            joinNearest();
        }
    }

    private void joinNearest() {
        int one = -1;
        int other = -1;
        for (int i = 0; i < members; i++) {
            for (int j = i + 1; j < members && sizes[i] > 0; j++) {
                if (sizes[j] > 0 && (one < 0 || distances[i][j] < distances[one][other])) {
                    one = i;
                    other = j;
                }
            }
        }
        heights[one] = distances[one][other];
        for (int group = 0; group < members; group++) {
            double mean = (sizes[one] * distances[one][group] + sizes[other] * distances[other][group])
                    / (sizes[one] + sizes[other]);
            distances[one][group] = mean;
            distances[group][one] = mean;
        }
        sizes[one] += sizes[other];
        sizes[other] = 0;
        for (int member = 0; member < members; member++) {
            groups[member] = groups[member] == other ? one : groups[member];
        }
        count--;
    }

    /** The group of a member: the number of its lowest member. */
    public int group(int member) {
        return groups[member];
    }

    /** The mean distance of the two groups that a group was last joined of; 0 for a group of one. */
    public double height(int group) {
        return heights[group];
    }
}
