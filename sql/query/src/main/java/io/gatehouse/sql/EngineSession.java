package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A session with an engine in this process. */
public final class EngineSession implements Session {
    /** A statement that sets no timeout may run this long, which is as good as for ever. */
    static final Duration NO_TIMEOUT = Duration.ofDays(365);

    private final QueryEngine engine;
    private final Runnable release;
    private volatile boolean closed;

    /** @param release what is to be done with the engine at the end */
    public EngineSession(QueryEngine engine, Runnable release) {
        this.engine = requireNonNull(engine, "engine is null");
        this.release = requireNonNull(release, "release is null");
    }

    @Override
    public Rows query(Query query) {
        return new EngineRows(engine, query);
    }

    @Override
    public StatementShape shape(String sql) {
        return engine.shape(sql, NO_TIMEOUT);
    }

    @Override
    public List<Relation> relations() {
        return engine.catalog().relations();
    }

    @Override
    public String version() {
        return Optional.ofNullable(QueryEngine.class.getPackage().getImplementationVersion())
                .orElse("0.0");
    }

    @Override
    public boolean isAlive(Duration timeout) {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
        release.run();
    }
}
