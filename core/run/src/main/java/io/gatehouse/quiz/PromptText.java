package io.gatehouse.quiz;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A text for a model, in parts. */
public record PromptText(List<Part> parts) {
    /** A part of the text, such as a choice. */
    public record Part(PromptPart kind, String text) {
        public Part {
            requireNonNull(kind, "kind is null");
            requireNonNull(text, "text is null");
        }
    }

    public PromptText {
        parts = List.copyOf(parts);
    }

    /** Returns a text of one part. */
    public static PromptText of(PromptPart kind, String text) {
        return new PromptText(List.of(new Part(kind, text)));
    }

    /** Returns this text with another one behind it. */
    public PromptText followedBy(PromptText next) {
        List<Part> all = new ArrayList<>(parts);
        all.addAll(next.parts);
        return new PromptText(all);
    }

    /** The whole text. */
    public String text() {
        return parts.stream().map(Part::text).collect(Collectors.joining());
    }

    /** Number of characters. */
    public int length() {
        return parts.stream().mapToInt(part -> part.text().length()).sum();
    }

    /** Returns the text from one index to before another one. */
    public PromptText substring(int from, int to) {
        List<Part> cut = new ArrayList<>();
        int begin = 0;
        for (Part part : parts) {
            int end = begin + part.text().length();
            int first = Math.max(from, begin);
            int last = Math.min(to, end);
            if (first < last) {
                cut.add(new Part(part.kind(), part.text().substring(first - begin, last - begin)));
            }
            begin = end;
        }
        return new PromptText(cut);
    }
}
