package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.query.admission.ComputeSlot;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a served query, pulled by the thread of its client. Between two rows the client may take its time: after
 * {@link #pause} other queries compute. Any thread may cancel.
 */
public final class ServedRows implements Rows {
    private final QueryService service;
    private final HistoryWriter history;
    private final ServedQuery query;
    private @Nullable ComputeSlot slot;
    private boolean first;
    private boolean hasFirst;

    /** Registers a query that has arrived. */
    ServedRows(QueryService service, HistoryWriter history, Query statement, String format, QueryClient client) {
        this.service = requireNonNull(service, "service is null");
        this.history = requireNonNull(history, "history is null");
        this.query = service.enter(UUID.randomUUID().toString(), statement, format, client);
    }

    /** Waits for the query's turn and runs it until its first row or its end. */
    @Override
    public void start() {
        slot = service.open(query, served -> first = served.next());
        hasFirst = true;
    }

    @Override
    public List<ResultColumn> columns() {
        return query.columns();
    }

    @Override
    public boolean next() {
        if (hasFirst) {
            hasFirst = false;
            return first;
        }
        try {
            return query.next();
        } catch (GatehouseException e) {
            GatehouseException reason = query.reason(e);
            query.failed(reason);
            throw reason;
        }
    }

    @Override
    public @Nullable Object value(int column) {
        return query.value(column);
    }

    @Override
    public boolean truncated() {
        return query.truncated();
    }

    /** Lets other queries compute until the next row is asked for. */
    public void pause() {
        query.preemption().pause();
    }

    /** Says why the client gets no more rows, where the reason is not the query's own. */
    public void fail(GatehouseException reason) {
        query.failed(query.reason(reason));
    }

    @Override
    public void cancel() {
        query.cancel();
    }

    /** Ends the query, whatever it had come to, and lets the next one run. */
    @Override
    public void close() {
        if (query.state().hasEnded()) {
            return;
        }
        try {
            // What it holds goes before its slot does.
            query.close();
        } finally {
            ComputeSlot held = slot;
            slot = null;
            if (held != null) {
                held.close();
            }
            history.add(query);
        }
    }
}
