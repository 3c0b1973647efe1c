package io.gatehouse.server.query;

import static io.gatehouse.server.http.Json.invalid;
import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.server.http.Json;
import io.gatehouse.store.query.PastQuery;
import io.gatehouse.store.query.QueryHistory;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code GET /v1/history}: the last queries on the file, by this server and those before it. */
public final class HistoryResource implements Handler {
    private static final int DEFAULT_LIMIT = 100;

    /** The body of the response. */
    public record History(@JsonField("Newest first.") List<Entry> history) {}

    /** A query that has ended. */
    public record Entry(
            String queryId,
            String sql,
            Instant startedAt,
            double elapsedMs,

            @JsonField(values = {"finished", "failed", "cancelled"})
            String state,

            @JsonField("Rows sent.") long rows,

            @JsonField("Code and message, unless it finished.")
            Optional<String> error) {
        private static Entry of(PastQuery query) {
            return new Entry(
                    query.id(),
                    query.sql(),
                    query.startedAt(),
                    query.elapsedMs(),
                    query.state(),
                    query.rows(),
                    query.error());
        }
    }

    private final HistoryWriter history;

    public HistoryResource(HistoryWriter history) {
        this.history = requireNonNull(history, "history is null");
    }

    @Override
    public void handle(Context context) {
        int limit = Optional.ofNullable(context.queryParam("limit"))
                .map(HistoryResource::limit)
                .orElse(DEFAULT_LIMIT);
        List<Entry> entries = history.newest(limit).stream().map(Entry::of).toList();
        Json.send(context, 200, new History(entries));
    }

    private static int limit(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > QueryHistory.KEPT) {
            throw invalid("\"limit\" is a number from 1 to %d, not \"%s\".".formatted(QueryHistory.KEPT, text));
        }
        return Integer.parseInt(text);
    }
}
