package io.gatehouse.client.http;

import io.gatehouse.client.Bindings;
import io.gatehouse.client.Bindings.ByName;
import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.type.SqlType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The rows of one statement, streamed by a server. */
final class ServerRows implements Rows {
    private static final int TRIES = 20;
    private static final long PAUSE_MILLIS = 50;
    private static final int CHUNK = 1 << 16;

    private final ServerApi server;
    private final Query query;
    private final String id = UUID.randomUUID().toString();
    private List<ResultColumn> columns = List.of();
    private List<ArrowColumn> values = List.of();
    private @Nullable ArrowStream stream;
    private long count;
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
    public void start() {
        try {
            ArrowStream opened = ArrowStream.open(answer("application/vnd.apache.arrow.stream"));
            stream = opened;
            values = opened.columns();
            columns = values.stream()
                    .map(column -> new ResultColumn(column.name(), SqlType.of(column.type())))
                    .toList();
            rows = opened.next();
            ended = rows < 0;
            count += Math.max(0, rows);
        } catch (IOException e) {
            close();
            throw broken(e);
        }
    }

    private InputStream answer(String mediaType) {
        if (cancelled) {
            throw cancelled();
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sql", query.sql());
        body.put("parameters", json(query.parameters()));
        if (query.maxRows() > 0) {
            body.put("limit", query.maxRows());
        }
        query.timeout().ifPresent(timeout -> body.put("timeout", timeout.toSeconds()));
        try {
            InputStream answer = server.query(id, mediaType, body);
            answered = true;
            return answer;
        } catch (GatehouseException e) {
            ended = true;
            throw e;
        }
    }

    private static Object json(Bindings parameters) {
        if (parameters instanceof ByName named) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            named.named().forEach((name, value) -> values.put(name, json(value)));
            return values;
        }
        return parameters.values().stream().map(ServerRows::json).toList();
    }

    /** A value for JSON; the server knows the type, and takes texts for numbers and times. */
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
    public boolean next() {
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
            count += Math.max(0, rows);
            return !ended;
        } catch (IOException e) {
            close();
            throw broken(e);
        }
    }

    @Override
    public @Nullable Object value(int column) {
        try {
            return values.get(column).value(row);
        } catch (IndexOutOfBoundsException | DateTimeException e) {
            close();
            throw broken(new IOException("A value cannot be read", e));
        }
    }

    /** An Arrow stream does not say whether the limit cut it; the server knows. */
    @Override
    public boolean truncated() {
        return query.maxRows() > 0
                && count == query.maxRows()
                && findStatus()
                        .map(status -> status.get("truncated"))
                        .orElse(false)
                        .equals(true);
    }

    @Override
    public OptionalDouble progress() {
        return findStatus()
                .map(status -> status.get("progress"))
                .filter(Number.class::isInstance)
                .map(share -> OptionalDouble.of(((Number) share).doubleValue()))
                .orElse(OptionalDouble.empty());
    }

    private Map<String, Object> status() {
        return server.get("v1/queries/" + id);
    }

    /**
     * The query as the server has it. Empty before the query reaches the server, and once the server has forgotten it; the
     * rows that arrived are still complete.
     */
    private Optional<Map<String, Object>> findStatus() {
        try {
            return Optional.of(status());
        } catch (GatehouseException e) {
            return Optional.empty();
        }
    }

    @Override
    public long writeParquet(Path file) {
        try (InputStream answer = answer("application/vnd.apache.parquet");
                OutputStream out = Files.newOutputStream(file)) {
            byte[] chunk = new byte[CHUNK];
            for (int length = read(answer, chunk); length >= 0; length = read(answer, chunk)) {
                out.write(chunk, 0, length);
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INSUFFICIENT_DISK,
                    "The Parquet file cannot be written: %s.".formatted(e.getMessage()),
                    e);
        }
        ended = true;
        count = findStatus()
                .map(status -> status.get("rows"))
                .filter(Number.class::isInstance)
                .map(rows -> ((Number) rows).longValue())
                .orElse(0L);
        return count;
    }

    private int read(InputStream answer, byte[] chunk) {
        try {
            return answer.read(chunk);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The server breaks the connection when a response under way fails; it can still be asked for the error. */
    private GatehouseException broken(IOException cause) {
        if (cancelled) {
            return cancelled();
        }
        try {
            Map<String, Object> status = status();
            // The connection may be broken before the query has ended.
            for (int i = 1; i < TRIES && "running".equals(status.get("state")); i++) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                status = status();
            }
            if (status.get("error") instanceof Map<?, ?> error) {
                GatehouseException failure = ServerApi.refused(500, error);
                failure.addSuppressed(cause);
                return failure;
            }
        } catch (GatehouseException e) {
            cause.addSuppressed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new GatehouseException(
                ErrorCode.CONNECTION_LOST, "The server stopped in the middle of its answer.", cause);
    }

    private static GatehouseException cancelled() {
        return new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.");
    }

    /** Tries more than once, because the query may just be on its way. */
    @Override
    public void cancel() {
        cancelled = true;
        try {
            for (int i = 0; i < TRIES && !ended; i++) {
                if (server.cancel(id) || answered) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
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
