package io.gatehouse.server.event;

import java.util.Locale;

/** What events are about. */
public enum Topic {
    /** A query changed its state or progressed. */
    QUERY,
    /** A run changed its state or progressed. */
    RUN,
    /** What SQL finds has changed: rows were added or deleted, or a saved query. */
    SCHEMA;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
