package io.gatehouse.handover;

import java.util.List;

/** What can be said about an export; each format takes some of it. */
public enum Choice {
    RUN("--run"),
    SCOPE("--scope"),
    SUBJECT("--subject"),
    SCORE("--score"),
    TOP_P("--top-p"),
    QUESTIONS("--questions"),
    OTHER_QUESTIONS("--other-questions"),
    HOTTEST("--hottest"),
    RANKS("--ranks"),
    REPLICAS("--replicas"),
    RELATIONS("--relations");

    private final String option;

    Choice(String option) {
        this.option = option;
    }

    /** The option of {@code export} that sets it. */
    public String option() {
        return option;
    }

    /** The formats that take it. */
    List<String> takers() {
        return HandoverFormats.ALL.stream()
                .filter(format -> format.choices().contains(this))
                .map(HandoverFormat::id)
                .toList();
    }
}
