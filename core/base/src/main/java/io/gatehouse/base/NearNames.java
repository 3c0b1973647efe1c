package io.gatehouse.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Known names that a mistyped one most likely stands for. */
public final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /**
     * Returns the candidate with the fewest edits to the name, whatever its case; none if that is more than a third of the
     * name's length. Ties go to the first in alphabetical order.
     */
    public static Optional<String> nearest(String name, Collection<String> candidates) {
        String typed = name.toLowerCase(Locale.ROOT);
        int allowed = Math.max(1, typed.length() / 3);
        return candidates.stream()
                .filter(candidate -> !candidate.equalsIgnoreCase(name))
                .filter(candidate -> distance(typed, candidate.toLowerCase(Locale.ROOT)) <= allowed)
                .min(Comparator.<String>comparingInt(candidate -> distance(typed, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /**
     * Returns at most three candidates that contain the name or differ from it in no more than a third of their letters:
     * those that begin the same way first, and the nearest of them first.
     */
    public static List<String> several(String name, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> isNear(name, candidate))
                .sorted(Comparator.comparingInt((String candidate) -> -sharedStart(name, candidate))
                        .thenComparingInt(candidate -> distance(name, candidate)))
                .limit(MOST)
                .toList();
    }

    private static boolean isNear(String name, String candidate) {
        return distance(name, candidate) <= Math.max(1, Math.max(name.length(), candidate.length()) / 3)
                || (name.length() > 2 && candidate.contains(name));
    }

    private static int sharedStart(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return length;
    }

    /**
     * Returns the number of edits: insert, delete, replace, swap of neighbours. It is Damerau's distance in the variant that
     * edits no substring twice (optimal string alignment).
     */
    static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                edits[i][j] = i == 0 || j == 0 ? Math.max(i, j) : cheapest(edits, a, b, i, j);
            }
        }
        return edits[a.length()][b.length()];
    }

    private static int cheapest(int[][] edits, String a, String b, int i, int j) {
        int replace = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int cost = Math.min(replace, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(cost, edits[i - 2][j - 2] + 1) : cost;
    }
}
