package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import io.gatehouse.server.query.admission.DescribeGate;
import io.gatehouse.sql.QueryEngine;
import java.time.Duration;
import java.util.List;

/**
 * The session of a client that speaks another protocol than HTTP. Its statements pass through the same register,
 * admission, limits, history and metrics as those of {@code /v1/query}.
 */
public final class ServedSession implements Session {
    private final QueryEngine engine;
    private final QueryService service;
    private final HistoryWriter history;
    private final DescribeGate gate;
    private final String format;
    private final QueryClient client;
    private final String version;

    /**
     * @param gate through which statements are described
     * @param format name of the protocol, for those who look at the register
     */
    public ServedSession(
            QueryEngine engine,
            QueryService service,
            HistoryWriter history,
            DescribeGate gate,
            String format,
            QueryClient client,
            String version) {
        this.engine = requireNonNull(engine, "engine is null");
        this.service = requireNonNull(service, "service is null");
        this.history = requireNonNull(history, "history is null");
        this.gate = requireNonNull(gate, "gate is null");
        this.format = requireNonNull(format, "format is null");
        this.client = requireNonNull(client, "client is null");
        this.version = requireNonNull(version, "version is null");
    }

    @Override
    public ServedRows query(Query query) {
        return new ServedRows(service, history, query, format, client);
    }

    @Override
    public StatementShape shape(String sql) {
        return gate.run(() -> engine.shape(sql, service.quota().planning()));
    }

    @Override
    public List<Relation> relations() {
        return engine.catalog().relations();
    }

    /** The most bytes that one result may have. */
    public long resultBytes() {
        return service.quota().bytes();
    }

    /** The time limit of one statement. */
    public Duration timeout() {
        return service.quota().timeout();
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public boolean isAlive(Duration timeout) {
        return !client.hasLeft();
    }

    /** Ends nothing: each result is closed by whoever reads it. */
    @Override
    public void close() {}
}
