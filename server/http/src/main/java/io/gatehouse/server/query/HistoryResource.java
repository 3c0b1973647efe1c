package io.gatehouse.server.query;

import static io.gatehouse.server.http.Json.invalid;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.server.http.Json;
import io.gatehouse.store.query.PastQuery;
import io.gatehouse.store.query.QueryHistory;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Optional;

/** {@code GET /v1/history}: what was asked about the file, by this server and those before it. */
public final class HistoryResource implements Handler {
    private static final int USUAL = 100;

    private final HistoryWriter history;

    public HistoryResource(HistoryWriter history) {
        this.history = requireNonNull(history, "history is null");
    }

    @Override
    public void handle(Context context) {
        int limit = Optional.ofNullable(context.queryParam("limit"))
                .map(HistoryResource::limit)
                .orElse(USUAL);
        ObjectNode json = Json.object();
        ArrayNode list = json.putArray("history");
        history.newest(limit).forEach(query -> list.add(describe(query)));
        Json.send(context, 200, json);
    }

    private static int limit(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > QueryHistory.KEPT) {
            throw invalid("\"limit\" is a number from 1 to %d, not \"%s\".".formatted(QueryHistory.KEPT, text));
        }
        return Integer.parseInt(text);
    }

    private static ObjectNode describe(PastQuery query) {
        ObjectNode json = Json.object();
        json.put("queryId", query.id());
        json.put("sql", query.sql());
        json.put("startedAt", query.startedAt().toString());
        json.put("elapsedMs", query.elapsedMs());
        json.put("state", query.state());
        json.put("rows", query.rows());
        query.error().ifPresent(error -> json.put("error", error));
        return json;
    }
}
