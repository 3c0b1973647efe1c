package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** A session with an engine in this process. */
public final class EngineSession implements Session {
    /** The timeout of a statement that sets none: practically unlimited. */
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

    /** The rows of one statement of an engine, which plans it when they are started. */
    private static final class EngineRows implements Rows {
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
            QueryLimits limits = new QueryLimits(query.timeout().orElse(NO_TIMEOUT), query.maxRows());
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
}
