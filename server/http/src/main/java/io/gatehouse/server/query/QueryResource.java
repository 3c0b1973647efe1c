package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.server.MemoryPermits;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.http.QueryId;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.HttpOutput;

/** {@code /v1/query}: one statement in, its rows out in the format that is asked for, while they are read. */
public final class QueryResource {
    /** The body of a response in JSON, which {@link JsonAnswer} writes while the rows are read. */
    public record Rows(
            String queryId,
            List<ResultColumn> columns,

            @JsonField("Integers beyond 2^53, decimals, NaN and infinities are strings.")
            List<List<Object>> rows,

            long rowCount,

            @JsonField("Maximum number of rows; 0 for no limit.")
            long limit,

            @JsonField("Whether the limit cut the result.") boolean truncated,
            double elapsedMs) {}

    private final QueryService service;
    private final HistoryWriter history;
    private final MemoryPermits parquet;

    /** @param parquet memory for writing Parquet */
    public QueryResource(QueryService service, HistoryWriter history, MemoryPermits parquet) {
        this.service = requireNonNull(service, "service is null");
        this.history = requireNonNull(history, "history is null");
        this.parquet = requireNonNull(parquet, "parquet is null");
    }

    /** The media types of all formats. */
    public static List<String> mediaTypes() {
        return Arrays.stream(ResultFormat.values()).map(ResultFormat::mediaType).toList();
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
        Problem.rememberSql(context, request.sql());
        ClientConnection client = ClientConnection.of(context);
        ServedQuery served = service.enter(
                id, request.query(service.quota()), request.format().id(), QueryClient.of(client));
        try (served) {
            service.serve(served, query -> {
                client.writtenByThisThread(query.preemption()::pause);
                try (Answer answer = answer(request, query)) {
                    // The status leaves with the first rows, so that what fails before them still gets one of its own.
                    answer.start();
                    context.status(200).contentType(request.format().contentType());
                    request.filename().ifPresent(name -> saveAs(context, name));
                    // Not Javalin's stream, which compresses: that costs more than loopback does.
                    HttpOutput out = (HttpOutput) context.res().getOutputStream();
                    AnswerStream stream = new AnswerStream(out, service.quota().bytes());
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
            case CSV -> new CsvAnswer(query, request.forSpreadsheets());
            case ARROW -> new ArrowAnswer(query);
            case PARQUET -> new ParquetAnswer(query, service.quota(), parquet);
            case LATEX -> new LatexAnswer(query);
        };
    }
}
