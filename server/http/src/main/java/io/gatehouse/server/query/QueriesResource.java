package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.List;

/** {@code /v1/queries}: running and recent queries; deleting one cancels it. */
public final class QueriesResource {
    /** The body of {@code GET /v1/queries}. */
    public record Queries(
            int running,
            int queued,

            @JsonField("Running ones first, then those that ended, each newest first.")
            List<QuerySnapshot> queries) {}

    private final QueryService service;

    public QueriesResource(QueryService service) {
        this.service = requireNonNull(service, "service is null");
    }

    public void list(Context context) {
        int queued = service.waiting();
        Json.send(
                context,
                200,
                new Queries(
                        service.register().count() - queued,
                        queued,
                        service.register().list()));
    }

    public void show(Context context) {
        Json.send(context, 200, named(context).snapshot(Integer.MAX_VALUE));
    }

    /** Accepts only: the query may take a moment to end, and may have ended already. */
    public void cancel(Context context) {
        ServedQuery query = named(context);
        query.cancel();
        Json.send(context, 202, query.snapshot(Integer.MAX_VALUE));
    }

    private ServedQuery named(Context context) {
        String id = context.pathParam("id");
        return service.register()
                .find(id)
                .orElseThrow(() -> new NotFoundResponse(
                        "There is no query \"%s\", or it ended so long ago that it is forgotten.".formatted(id)));
    }
}
