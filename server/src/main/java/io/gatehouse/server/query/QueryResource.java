package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.QueryId;
import io.gatehouse.server.http.SqlText;
import io.javalin.http.Context;
import java.io.IOException;

/** {@code /v1/query}: one statement in, its rows out in the format that is asked for, while they are read. */
public final class QueryResource {
    private final QueryDoor door;

    public QueryResource(QueryDoor door) {
        this.door = requireNonNull(door, "door is null");
    }

    /** For links, for browsers that save the answer, and for programs that read from an address. */
    public void get(Context context) throws IOException {
        answer(context, QueryRequest.ofAddress(context));
    }

    public void post(Context context) throws IOException {
        answer(context, QueryRequest.ofBody(context));
    }

    private void answer(Context context, QueryRequest request) throws IOException {
        String id = QueryId.assign(context);
        SqlText.assign(context, request.sql());
        ClientConnection client = ClientConnection.of(context);
        long maxRows = request.maxRows(door.allowance());
        try {
            door.serve(id, request.sql(), maxRows, request.format().id(), client, query -> {
                // The status leaves with the first row, so that what fails before it still gets one of its own.
                boolean present = query.next();
                context.status(200).contentType(request.format().contentType());
                request.filename()
                        .ifPresent(name ->
                                context.header("Content-Disposition", "attachment; filename=\"%s\"".formatted(name)));
                // Not Javalin's stream, which compresses: that costs more than loopback does.
                AnswerStream stream = new AnswerStream(
                        context.res().getOutputStream(), door.allowance().bytes());
                writer(request, maxRows).write(query, present, stream);
                // Closed only here: closing on the way out of a failure would complete a cut answer.
                stream.close();
            });
        } catch (IOException | RuntimeException e) {
            if (context.res().isCommitted()) {
                client.abort(e);
            }
            throw e;
        }
    }

    private static RowWriter writer(QueryRequest request, long maxRows) {
        return switch (request.format()) {
            case JSON -> new JsonRows(maxRows);
            case NDJSON -> new NdjsonRows();
            case CSV -> new CsvRows(request.plainFormulas());
        };
    }
}
