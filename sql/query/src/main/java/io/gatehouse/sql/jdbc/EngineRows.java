package io.gatehouse.sql.jdbc;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.jdbc.Query;
import io.gatehouse.jdbc.ResultColumn;
import io.gatehouse.jdbc.Rows;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of one statement of an engine. */
final class EngineRows implements Rows {
    private final QueryEngine engine;
    private final Query query;
    private volatile @Nullable QueryResult result;
    private volatile boolean cancelled;
    private List<ResultColumn> columns = List.of();
    private boolean first;
    private boolean started;

    EngineRows(QueryEngine engine, Query query) {
        this.engine = engine;
        this.query = query;
    }

    @Override
    public void start() throws SQLException {
        try {
            QueryLimits limits = new QueryLimits(query.timeout().orElse(EngineSession.NO_TIMEOUT), query.maxRows());
            QueryResult opened = engine.query(query.sql(), query.parameters(), limits);
            result = opened;
            if (cancelled) {
                opened.cancel();
            }
            columns = EngineSession.columns(opened.columns());
            first = opened.next();
            started = true;
        } catch (GatehouseException e) {
            throw Failures.sql(e);
        }
    }

    private QueryResult result() {
        QueryResult open = result;
        if (open == null) {
            throw new IllegalStateException("The statement has not been started");
        }
        return open;
    }

    @Override
    public List<ResultColumn> columns() {
        return columns;
    }

    @Override
    public boolean next() throws SQLException {
        if (started) {
            started = false;
            return first;
        }
        try {
            return result().next();
        } catch (GatehouseException e) {
            throw Failures.sql(e);
        }
    }

    @Override
    public @Nullable Object value(int column) throws SQLException {
        try {
            return result().value(column);
        } catch (GatehouseException e) {
            throw Failures.sql(e);
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        QueryResult open = result;
        if (open != null) {
            open.cancel();
        }
    }

    @Override
    public void close() throws SQLException {
        QueryResult open = result;
        if (open != null) {
            try {
                open.close();
            } catch (GatehouseException e) {
                throw Failures.sql(e);
            }
        }
    }
}
