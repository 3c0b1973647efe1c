package io.gatehouse.server.saved;

import static io.gatehouse.server.http.Json.invalid;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.http.Json;
import io.gatehouse.store.query.SavedQueries;
import io.gatehouse.store.query.SavedQuery;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.Set;

/** {@code /v1/saved}. */
public final class SavedResource {
    private static final int LONGEST_SQL = 100_000;
    private static final int LONGEST_DESCRIPTION = 10_000;

    private final SavedQueries queries;
    private final Events events;

    public SavedResource(SavedQueries queries, Events events) {
        this.queries = requireNonNull(queries, "queries is null");
        this.events = requireNonNull(events, "events is null");
    }

    public void list(Context context) {
        ObjectNode json = Json.object();
        ArrayNode list = json.putArray("saved");
        queries.list().forEach(query -> list.add(describe(query)));
        Json.send(context, 200, json);
    }

    public void show(Context context) {
        Json.send(context, 200, describe(named(context.pathParam("name"))));
    }

    public void put(Context context) {
        String name = context.pathParam("name");
        ObjectNode body = Json.body(context, Set.of("sql", "description"));
        String sql = Json.text(body, "sql");
        if (sql.isBlank() || sql.length() > LONGEST_SQL) {
            throw invalid(
                    "A saved query has a text of 1 to %d characters, not of %d.".formatted(LONGEST_SQL, sql.length()));
        }
        String description = Json.findText(body, "description").orElse("");
        if (description.length() > LONGEST_DESCRIPTION) {
            throw invalid("The description of a saved query has at most %d characters, not %d."
                    .formatted(LONGEST_DESCRIPTION, description.length()));
        }
        boolean known = queries.find(name).isPresent();
        queries.save(name, sql, description);
        tell();
        Json.send(context, known ? 200 : 201, describe(named(name)));
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
        events.publish(Topic.SCHEMA, Json.object().put("reason", "saved"));
    }

    private static ObjectNode describe(SavedQuery query) {
        return Json.object()
                .put("name", query.name())
                .put("sql", query.sql())
                .put("description", query.description())
                .put("createdAt", query.createdAt().toString())
                .put("savedAt", query.changedAt().toString());
    }

    private static NotFoundResponse missing(String name) {
        return new NotFoundResponse("There is no saved query \"%s\".".formatted(name));
    }
}
