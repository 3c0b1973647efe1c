package io.gatehouse.quiz;

import java.util.Comparator;
import java.util.List;

/** The names somebody may have meant who wrote another. */
final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /**
     * Returns at most three names that contain {@code wanted} or differ from it in no more than a third of their
     * letters: those that begin the same way first, and the nearest of them first.
     */
    static List<String> of(String wanted, List<String> names) {
        return names.stream()
                .filter(name -> isNear(wanted, name))
                .sorted(Comparator.comparingInt((String name) -> -sharedStart(wanted, name))
                        .thenComparingInt(name -> distance(wanted, name)))
                .limit(MOST)
                .toList();
    }

    private static boolean isNear(String wanted, String name) {
        return distance(wanted, name) <= Math.max(1, Math.max(wanted.length(), name.length()) / 3)
                || (wanted.length() > 2 && name.contains(wanted));
    }

    private static int sharedStart(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return length;
    }

    /** Levenshtein's distance: insertions, deletions and changes of one letter. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
