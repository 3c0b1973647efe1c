package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;

/** {@code /v1/queries}: what runs and ran lately; deleting one cancels it. */
public final class QueriesResource {
    private final QueryDoor door;

    public QueriesResource(QueryDoor door) {
        this.door = requireNonNull(door, "door is null");
    }

    public void list(Context context) {
        ObjectNode json = Json.object();
        json.put("running", door.register().count() - door.waiting());
        json.put("queued", door.waiting());
        json.putArray("queries").addAll(door.register().list());
        Json.send(context, 200, json);
    }

    public void show(Context context) {
        Json.send(context, 200, named(context).toJson(Integer.MAX_VALUE));
    }

    /** Says only that it is asked to end: it may take a moment, and may have ended already. */
    public void cancel(Context context) {
        ServedQuery query = named(context);
        query.cancel();
        Json.send(context, 202, query.toJson(Integer.MAX_VALUE));
    }

    private ServedQuery named(Context context) {
        String id = context.pathParam("id");
        return door.register()
                .find(id)
                .orElseThrow(() -> new NotFoundResponse(
                        "There is no query \"%s\", or it ended so long ago that it is forgotten.".formatted(id)));
    }
}
