package io.gatehouse.server.note;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.SchemaChange;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.http.Json;
import io.gatehouse.store.Store;
import io.gatehouse.store.note.ExpertNote;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.time.Instant;
import java.util.Optional;

/** {@code /v1/notes}. */
public final class NotesResource {
    /** The body of {@code POST /v1/notes}. */
    public record NewNote(
            @JsonField(value = "Name of the run.", required = true)
            String run,

            @JsonField(value = "Layer of the expert, from 0.", required = true)
            int layer,

            @JsonField(value = "The expert, from 0.", required = true)
            int expert,

            @JsonField(value = "A few words that say what the expert does.", required = true)
            String label,

            @JsonField("The note; empty by default.") Optional<String> text,

            @JsonField("Whether the note is about this run only, instead of all runs of its checkpoint.")
            Optional<Boolean> onlyThisRun) {}

    /** The body of {@code PUT /v1/notes/{id}}. */
    public record Contents(
            @JsonField(value = "A few words that say what the expert does.", required = true)
            String label,

            @JsonField("The note; empty by default.") Optional<String> text) {}

    /** A note. */
    public record Note(
            @JsonField("Number of the note, as in `expert_notes.note_id`.")
            int noteId,

            int layer,
            int expert,
            String label,
            @JsonField("The note; may be empty.") String text,

            @JsonField("When it was written or changed last.")
            Instant writtenAt) {
        private static Note of(ExpertNote note) {
            return new Note(note.id(), note.layer(), note.expert(), note.label(), note.text(), note.writtenAt());
        }
    }

    private final Store store;
    private final Events events;

    public NotesResource(Store store, Events events) {
        this.store = requireNonNull(store, "store is null");
        this.events = requireNonNull(events, "events is null");
    }

    public void add(Context context) {
        NewNote asked = Json.body(context, NewNote.class);
        ExpertNote note = store.expertNotes()
                .add(
                        store.run(asked.run()),
                        asked.layer(),
                        asked.expert(),
                        asked.label(),
                        asked.text().orElse(""),
                        asked.onlyThisRun().orElse(false));
        publishChange();
        Json.send(context, 201, Note.of(note));
    }

    public void change(Context context) {
        Contents contents = Json.body(context, Contents.class);
        int id = id(context);
        ExpertNote note = store.expertNotes()
                .change(id, contents.label(), contents.text().orElse(""))
                .orElseThrow(() -> missing(context));
        publishChange();
        Json.send(context, 200, Note.of(note));
    }

    public void delete(Context context) {
        if (!store.expertNotes().delete(id(context))) {
            throw missing(context);
        }
        publishChange();
        context.status(204);
    }

    private static int id(Context context) {
        try {
            return Integer.parseInt(context.pathParam("id"));
        } catch (NumberFormatException e) {
            throw missing(context);
        }
    }

    private void publishChange() {
        events.publish(Topic.SCHEMA, new SchemaChange("notes"));
    }

    private static NotFoundResponse missing(Context context) {
        return new NotFoundResponse("There is no note %s.".formatted(context.pathParam("id")));
    }
}
