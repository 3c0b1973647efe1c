package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.WireType;
import io.gatehouse.server.query.QueryClient;
import io.gatehouse.server.query.ServedRows;
import io.gatehouse.server.query.ServedSession;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows of a query of the engine, as the client of which the server's register knows this session. */
final class EngineRows implements ResultRows, QueryClient {
    private final PgSession session;
    private final ServedRows rows;
    private List<Field> fields = List.of();

    /** Registers the query; {@link #start} runs it. */
    EngineRows(PgSession session, Function<QueryClient, ServedSession> sessions, Query query) {
        this.session = requireNonNull(session, "session is null");
        this.rows = sessions.apply(this).query(query);
    }

    /** Runs the query until its first row or its end. */
    void start() {
        rows.start();
        fields = rows.columns().stream()
                .map(column -> new Field(column.name(), WireType.of(column.type())))
                .toList();
    }

    @Override
    public List<Field> fields() {
        return fields;
    }

    @Override
    public boolean next() {
        return rows.next();
    }

    @Override
    public @Nullable Object value(int column) {
        return rows.value(column);
    }

    @Override
    public void pause() {
        rows.pause();
    }

    @Override
    public void fail(RuntimeException reason) {
        if (reason instanceof GatehouseException known) {
            rows.fail(known);
        }
    }

    @Override
    public void cancel() {
        rows.cancel();
    }

    @Override
    public boolean hasLeft() {
        return session.hasLeft();
    }

    @Override
    public void abort(Throwable cause) {
        session.abort(this, cause);
    }

    @Override
    public void close() {
        rows.close();
    }
}
