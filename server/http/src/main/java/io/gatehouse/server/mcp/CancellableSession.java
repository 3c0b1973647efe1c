package io.gatehouse.server.mcp;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.query.QueryQuota;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The session of one call, which another thread may cancel. Its statements have the time limit of a server's. */
final class CancellableSession implements Session {
    private static final Duration TIMEOUT = QueryQuota.standard().timeout();

    private final Session session;
    private @Nullable Rows running;
    private boolean cancelled;

    CancellableSession(Session session) {
        this.session = requireNonNull(session, "session is null");
    }

    /** Stops the statement that is running, and refuses further ones. */
    synchronized void cancel() {
        cancelled = true;
        if (running != null) {
            running.cancel();
        }
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public synchronized Rows query(Query query) {
        if (cancelled) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The call was cancelled.");
        }
        Duration timeout =
                query.timeout().filter(wish -> wish.compareTo(TIMEOUT) < 0).orElse(TIMEOUT);
        Rows rows = session.query(new Query(query.sql(), query.parameters(), Optional.of(timeout), query.maxRows()));
        running = rows;
        return rows;
    }

    @Override
    public StatementShape shape(String sql) {
        return session.shape(sql);
    }

    @Override
    public List<Relation> relations() {
        return session.relations();
    }

    @Override
    public String version() {
        return session.version();
    }

    @Override
    public boolean isAlive(Duration timeout) {
        return session.isAlive(timeout);
    }

    /** Leaves the session that it asks open. */
    @Override
    public void close() {}
}
