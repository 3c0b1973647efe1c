package io.gatehouse.jdbc.remote;

import io.gatehouse.jdbc.Query;
import io.gatehouse.jdbc.ResultColumn;
import io.gatehouse.jdbc.Rows;
import io.gatehouse.jdbc.SqlErrors;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The rows of one statement of a server, which sends them while they are read. */
final class ServerRows implements Rows {
    private static final int CANCEL_TRIES = 20;
    private static final long CANCEL_PAUSE_MILLIS = 50;

    private final ServerApi server;
    private final Query query;
    private final String id = UUID.randomUUID().toString();
    private List<ResultColumn> columns = List.of();
    private List<ArrowColumn> values = List.of();
    private @Nullable ArrowStream stream;
    private int rows;
    private int row = -1;
    private volatile boolean cancelled;
    private volatile boolean answered;
    private volatile boolean ended;

    ServerRows(ServerApi server, Query query) {
        this.server = server;
        this.query = query;
    }

    @Override
    public void start() throws SQLException {
        if (cancelled) {
            throw cancelled();
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sql", query.sql());
        body.put("parameters", query.parameters().stream().map(ServerRows::json).toList());
        if (query.maxRows() > 0) {
            body.put("limit", query.maxRows());
        }
        query.timeout().ifPresent(timeout -> body.put("timeout", timeout.toSeconds()));
        try {
            InputStream answer = server.query(id, body);
            answered = true;
            ArrowStream opened = ArrowStream.open(answer);
            stream = opened;
            values = opened.columns();
            columns = values.stream()
                    .map(column -> new ResultColumn(column.name(), column.type()))
                    .toList();
            rows = opened.next();
            ended = rows < 0;
        } catch (IOException e) {
            close();
            throw broken(e);
        } catch (SQLException e) {
            ended = true;
            throw e;
        }
    }

    /** A value as JSON has it; the server finds the type, and takes texts for numbers and times. */
    private static @Nullable Object json(@Nullable Object value) {
        boolean plain = value == null
                || value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte
                || value instanceof BigDecimal
                || value instanceof BigInteger;
        return plain ? value : String.valueOf(value);
    }

    @Override
    public List<ResultColumn> columns() {
        return columns;
    }

    @Override
    public boolean next() throws SQLException {
        if (cancelled) {
            throw cancelled();
        }
        if (++row < rows) {
            return true;
        }
        ArrowStream open = stream;
        if (open == null || ended) {
            return false;
        }
        try {
            // A batch may hold no rows at all.
            do {
                rows = open.next();
                row = 0;
            } while (rows == 0);
            ended = rows < 0;
            return !ended;
        } catch (IOException e) {
            close();
            throw broken(e);
        }
    }

    @Override
    public @Nullable Object value(int column) throws SQLException {
        try {
            return values.get(column).value(row);
        } catch (IndexOutOfBoundsException | DateTimeException e) {
            close();
            throw broken(new IOException("A value cannot be read", e));
        }
    }

    /** The server breaks an answer off when it can no longer say in it what went wrong; it can still be asked. */
    private SQLException broken(IOException cause) {
        if (cancelled) {
            return cancelled();
        }
        try {
            if (server.get("v1/queries/" + id).get("error") instanceof Map<?, ?> error) {
                Map<String, Object> problem = new LinkedHashMap<>();
                error.forEach((key, value) -> problem.put(String.valueOf(key), value));
                SQLException failure = Problems.sql(500, problem);
                failure.addSuppressed(cause);
                return failure;
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
        return SqlErrors.of(SqlErrors.CONNECTION, "The server stopped in the middle of its answer.", false, cause);
    }

    private static SQLException cancelled() {
        return SqlErrors.of("57014", "The query was cancelled.", false, null);
    }

    /** Tries more than once, because the query may just be on its way. */
    @Override
    public void cancel() throws SQLException {
        cancelled = true;
        try {
            for (int i = 0; i < CANCEL_TRIES && !ended; i++) {
                if (server.cancel(id) || answered) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(CANCEL_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended = true;
        ArrowStream open = stream;
        if (open != null) {
            open.close();
        }
    }
}
