package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.QueryId;
import io.gatehouse.server.http.SqlText;
import io.javalin.http.Context;
import java.io.IOException;
import org.eclipse.jetty.ee10.servlet.HttpOutput;

/** {@code /v1/query}: one statement in, its rows out in the format that is asked for, while they are read. */
public final class QueryResource {
    private final QueryDoor door;
    private final HistoryWriter history;

    public QueryResource(QueryDoor door, HistoryWriter history) {
        this.door = requireNonNull(door, "door is null");
        this.history = requireNonNull(history, "history is null");
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
        ServedQuery served =
                door.enter(id, request.query(door.allowance()), request.format().id(), client);
        try (served) {
            door.serve(served, query -> {
                client.writtenByThisThread(query.preemption()::pause);
                try (Answer answer = answer(request, query)) {
                    // The status leaves with the first rows, so that what fails before them still gets one of its own.
                    answer.start();
                    context.status(200).contentType(request.format().contentType());
                    request.filename().ifPresent(name -> saveAs(context, name));
                    // Not Javalin's stream, which compresses: that costs more than loopback does.
                    HttpOutput out = (HttpOutput) context.res().getOutputStream();
                    AnswerStream stream = new AnswerStream(out, door.allowance().bytes());
                    answer.write(stream);
                    // Closed only here: closing on the way out of a failure would complete a cut answer.
                    stream.close();
                }
            });
        } catch (IOException | RuntimeException e) {
            if (context.res().isCommitted()) {
                client.abort(e);
            }
            throw e;
        } finally {
            history.add(served);
        }
    }

    private static void saveAs(Context context, String name) {
        context.header("Content-Disposition", "attachment; filename=\"%s\"".formatted(name));
    }

    private Answer answer(QueryRequest request, ServedQuery query) {
        return switch (request.format()) {
            case JSON -> new JsonAnswer(query);
            case NDJSON -> new NdjsonAnswer(query);
            case CSV -> new CsvAnswer(query, request.plainFormulas());
            case ARROW -> new ArrowAnswer(query);
            case PARQUET -> new ParquetAnswer(query, door.allowance().bytes());
        };
    }
}
