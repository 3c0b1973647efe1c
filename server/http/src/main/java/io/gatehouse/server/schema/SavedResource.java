package io.gatehouse.server.schema;

import static io.gatehouse.server.http.Json.invalid;
import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.SchemaChange;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.http.Json;
import io.gatehouse.store.query.SavedQueries;
import io.gatehouse.store.query.SavedQuery;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code /v1/saved}. */
public final class SavedResource {
    private static final int LONGEST_SQL = 100_000;
    private static final int LONGEST_DESCRIPTION = 10_000;

    /** The body of {@code GET /v1/saved}. */
    public record Saved(List<Entry> saved) {}

    /** A saved query. */
    public record Entry(
            String name,
            String sql,
            @JsonField("What it is for; may be empty.") String description,
            Instant createdAt,
            @JsonField("When it was last changed.") Instant savedAt) {
        private static Entry of(SavedQuery query) {
            return new Entry(query.name(), query.sql(), query.description(), query.createdAt(), query.changedAt());
        }
    }

    /** The body of {@code PUT /v1/saved/{name}}. */
    public record Contents(
            @JsonField(value = "One statement.", required = true)
            String sql,

            @JsonField("What it is for.") Optional<String> description) {}

    private final SavedQueries queries;
    private final Events events;

    public SavedResource(SavedQueries queries, Events events) {
        this.queries = requireNonNull(queries, "queries is null");
        this.events = requireNonNull(events, "events is null");
    }

    public void list(Context context) {
        Json.send(context, 200, new Saved(queries.list().stream().map(Entry::of).toList()));
    }

    public void show(Context context) {
        Json.send(context, 200, Entry.of(named(context.pathParam("name"))));
    }

    public void put(Context context) {
        String name = context.pathParam("name");
        Contents contents = Json.body(context, Contents.class);
        String sql = contents.sql();
        if (sql.isBlank() || sql.length() > LONGEST_SQL) {
            throw invalid(
                    "A saved query has a text of 1 to %d characters, not of %d.".formatted(LONGEST_SQL, sql.length()));
        }
        String description = contents.description().orElse("");
        if (description.length() > LONGEST_DESCRIPTION) {
            throw invalid("The description of a saved query has at most %d characters, not %d."
                    .formatted(LONGEST_DESCRIPTION, description.length()));
        }
        boolean known = queries.find(name).isPresent();
        queries.save(name, sql, description);
        tell();
        Json.send(context, known ? 200 : 201, Entry.of(named(name)));
    }

    public void delete(Context context) {
        String name = context.pathParam("name");
        if (!queries.delete(name)) {
            throw missing(name);
        }
        tell();
        context.status(204);
    }

    private SavedQuery named(String name) {
        return queries.find(name).orElseThrow(() -> missing(name));
    }

    private void tell() {
        events.publish(Topic.SCHEMA, new SchemaChange("saved"));
    }

    private static NotFoundResponse missing(String name) {
        return new NotFoundResponse("There is no saved query \"%s\".".formatted(name));
    }
}
