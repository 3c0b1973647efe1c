package io.gatehouse.store.note;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A note on an expert.
 *
 * @param id number of the note, unique in its file
 * @param label a few words that say what the expert does
 * @param text may be empty
 * @param writtenAt when it was written or changed last
 */
public record ExpertNote(int id, int layer, int expert, String label, String text, Instant writtenAt) {
    public ExpertNote {
        requireNonNull(label, "label is null");
        requireNonNull(text, "text is null");
        requireNonNull(writtenAt, "writtenAt is null");
    }
}
