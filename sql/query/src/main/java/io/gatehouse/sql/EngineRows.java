package io.gatehouse.sql;

import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** The rows of one statement of an engine, which plans it when they are started. */
final class EngineRows implements Rows {
    private final QueryEngine engine;
    private final Query query;
    private volatile @Nullable QueryResult result;
    private volatile boolean cancelled;
    private List<ResultColumn> columns = List.of();
    private boolean first;
    private boolean started;
    private boolean truncated;

    EngineRows(QueryEngine engine, Query query) {
        this.engine = engine;
        this.query = query;
    }

    @Override
    public void start() {
        QueryResult opened = open();
        columns = opened.columns();
        first = opened.next();
        started = true;
    }

    private QueryResult open() {
        QueryLimits limits = new QueryLimits(query.timeout().orElse(EngineSession.NO_TIMEOUT), query.maxRows());
        QueryResult opened = engine.query(query.sql(), query.parameters(), limits);
        result = opened;
        if (cancelled) {
            opened.cancel();
        }
        return opened;
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
    public boolean next() {
        if (started) {
            started = false;
            return first;
        }
        return result().next();
    }

    @Override
    public @Nullable Object value(int column) {
        return result().value(column);
    }

    @Override
    public boolean truncated() {
        return truncated || result().truncated();
    }

    @Override
    public OptionalDouble progress() {
        QueryResult open = result;
        return open == null ? OptionalDouble.empty() : open.progress();
    }

    @Override
    public long writeParquet(Path file) {
        try (BufferAllocator allocator = new RootAllocator();
                ArrowBatches batches = open().batches(allocator)) {
            long rows = new ParquetFile(allocator, Long.MAX_VALUE).write(batches::next, batches::root, file);
            truncated = batches.truncated();
            return rows;
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
    public void close() {
        QueryResult open = result;
        if (open != null) {
            open.close();
        }
    }
}
