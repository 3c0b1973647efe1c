package io.gatehouse.quiz;

import java.util.Comparator;
import java.util.List;

/** The names somebody may have meant who wrote another. */
final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /** Returns at most three names, the nearest first, that contain {@code wanted} or differ from it in few letters. */
    static List<String> of(String wanted, List<String> names) {
        return names.stream()
                .filter(name -> distance(wanted, name) <= Math.max(1, wanted.length() / 3)
                        || (wanted.length() > 2 && name.contains(wanted)))
                .sorted(Comparator.comparingInt(name -> distance(wanted, name)))
                .limit(MOST)
                .toList();
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
