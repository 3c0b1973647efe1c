package io.gatehouse.store.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.schema.GivenName;
import java.util.List;
import java.util.Optional;

/**
 * What people change about a run after it was recorded.
 *
 * @param name a new name; empty to keep it, as for the others
 * @param note replaces the note
 * @param tags replace the tags
 */
public record RunEdit(Optional<String> name, Optional<String> note, Optional<List<String>> tags) {
    public static final int MAX_NOTE = 10_000;
    public static final int MAX_TAGS = 50;

    /** @throws GatehouseException INVALID_ARGUMENT if a name, a note or tags are not allowed */
    public RunEdit {
        requireNonNull(name, "name is null").ifPresent(text -> GivenName.checked("The name of a run", text));
        requireNonNull(note, "note is null")
                .ifPresent(text -> GivenName.checkedText("The note on a run", text, MAX_NOTE));
        tags = requireNonNull(tags, "tags is null").map(RunEdit::checkedTags);
    }

    private static List<String> checkedTags(List<String> tags) {
        if (tags.size() > MAX_TAGS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "A run has %d tags; it may have %d.".formatted(tags.size(), MAX_TAGS));
        }
        return tags.stream()
                .map(tag -> GivenName.checked("A tag of a run", tag))
                .distinct()
                .toList();
    }
}
