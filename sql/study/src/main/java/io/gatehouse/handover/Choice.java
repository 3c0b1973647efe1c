package io.gatehouse.handover;

import java.util.List;

/** What can be said about an export; each format takes some of it. */
public enum Choice {
    RUN,
    SCOPE,
    SUBJECT,
    SCORE,
    TOP_P,
    HOTTEST,
    RELATIONS;

    /** The formats that take it. */
    List<String> takers() {
        return HandoverFormat.ALL.stream()
                .filter(format -> format.choices().contains(this))
                .map(HandoverFormat::id)
                .toList();
    }
}
