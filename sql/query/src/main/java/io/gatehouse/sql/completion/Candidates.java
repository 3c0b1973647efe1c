package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.Suggestion.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Collects suggestions that match the typed prefix. Those that begin with it come first, then those with a later word
 * that does, then those that contain it; ties keep the order in which they were added.
 */
final class Candidates {
    static final int MAX = 50;

    private record Candidate(int distance, Suggestion suggestion) {}

    private final String typed;
    private final TextPart.Cursor cursor;
    private final Set<String> known = new HashSet<>();
    private final List<Candidate> candidates = new ArrayList<>();

    Candidates(String typed, TextPart.Cursor cursor) {
        this.typed = typed.replace("\"", "").toLowerCase(Locale.ROOT);
        this.cursor = cursor;
    }

    void add(Kind kind, String text, String detail) {
        int distance = distance(text.replace("\"", "").toLowerCase(Locale.ROOT));
        if (distance >= 0 && known.add(kind + " " + text)) {
            candidates.add(new Candidate(distance, new Suggestion(kind, text, detail, cursor.start(), cursor.end())));
        }
    }

    /** Returns -1 if the text does not match. */
    private int distance(String text) {
        String bare = text.substring(text.indexOf('.') + 1);
        if (text.startsWith(typed) || bare.startsWith(typed)) {
            return 0;
        }
        return bare.contains("_" + typed) ? 1 : bare.contains(typed) ? 2 : -1;
    }

    List<Suggestion> best() {
        return candidates.stream()
                .sorted(Comparator.comparingInt(Candidate::distance))
                .limit(MAX)
                .map(Candidate::suggestion)
                .toList();
    }
}
