package io.gatehouse.sql;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.deadline.StopCondition;
import io.gatehouse.sql.decision.FunctionReads;
import io.gatehouse.sql.driver.DriverConnection;
import io.gatehouse.sql.driver.DuckDbErrors;
import io.gatehouse.sql.driver.ReaderSource;
import io.gatehouse.sql.function.StatementFunction;
import io.gatehouse.sql.limits.GuardFunctions;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.ListOf;
import io.gatehouse.type.SqlType.Scalar;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBResultSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One statement on a connection of its own, inside a read-only transaction, with a deadline: prepared, or run as it is
 * where nothing need be known of it. Its rows stream: it goes on running while they are read, and DuckDB keeps a megabyte
 * of them ready. It is stopped by interrupting DuckDB, again and again until it is closed: an interrupt that comes before
 * DuckDB has begun is lost. The reader of its rows holds its monitor while it reads and calls
 * {@link StopCondition#checkCancelled()} in there: rows lie in memory that closing frees, whichever thread closes.
 */
final class RunningStatement implements Execution, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningStatement.class);
    private static final long LOOK_EVERY_MILLIS = 50;

    /**
     * The fastest batch size for numbers. Texts and lists may be long and get smaller batches, because a batch is held
     * in memory.
     */
    private static final long ROWS_PER_BATCH = 1L << 16;

    private static final long ROWS_PER_LONG_BATCH = 1L << 13;

    /** Of a vector of DuckDB: what is guarded is bounded for each. */
    private static final long ROWS_PER_VECTOR = 1L << 11;

    /**
     * Enables streaming for the connection. Without it the driver loads all rows into memory before it returns the
     * first.
     */
    private static final String BEGIN = "SET SESSION jdbc_stream_results = true; BEGIN TRANSACTION READ ONLY";

    /**
     * The driver's message for a streaming statement that failed before its first rows, which hides the actual error.
     */
    private static final String SWALLOWED = "Invalid result set";

    private static final int MAX_TRIES = 3;

    /**
     * Defects of DuckDB 2.0 that end a statement with an internal error, and the setting of the connection without which
     * it succeeds. Only a failure before the first row is retried: later, rows have been delivered.
     */
    private enum Defect {
        /**
         * A relative of duckdb/duckdb#24807: some plans of several joins, where filters and joins collect small chunks.
         * Without that they are about a tenth slower.
         */
        CHANGED_DICTIONARY(
                "changed identity after being seeded for dictionary caching",
                "SET SESSION enable_caching_operators = false"),

        /**
         * Rules of the optimizer that lose a column, such as the one that pulls projections up over nested LATERAL. One
         * rule can only be switched off for all connections, the optimizer for one.
         */
        OPTIMIZER("INTERNAL Error: ", "SET SESSION enable_optimizer = false");

        private final String sign;
        private final String remedy;

        Defect(String sign, String remedy) {
            this.sign = sign;
            this.remedy = remedy;
        }

        boolean explains(SQLException e) {
            return String.valueOf(e.getMessage()).contains(sign);
        }
    }

    /** Runs a statement of DuckDB's driver. */
    private interface Run<R> {
        R of(DuckDBPreparedStatement statement) throws SQLException;
    }

    /** Frees vectors. */
    private interface Vectors {
        void close() throws IOException;
    }

    private final DriverConnection connection;
    private DuckDBPreparedStatement statement;
    private final String sql;
    private final boolean prepared;
    private final StopCondition stopCondition;
    private final ScheduledExecutorService watchdog;
    private final FunctionReads reads;
    private final FunctionReads.OfStatement own;
    private Optional<String> name = Optional.empty();
    private Optional<ScheduledFuture<?>> guard = Optional.empty();
    private volatile boolean running;
    private final Set<Defect> avoided = EnumSet.noneOf(Defect.class);
    private boolean inChunks;
    private List<@Nullable Object> values = List.of();
    private StatementCache.@Nullable Entry known;
    private @Nullable RowMemory measured;
    private Optional<Vectors> vectors = Optional.empty();
    private boolean closed;

    private RunningStatement(
            DriverConnection connection,
            String sql,
            boolean prepared,
            Deadline deadline,
            ScheduledExecutorService watchdog,
            FunctionReads reads)
            throws SQLException {
        this.connection = connection;
        this.sql = sql;
        this.prepared = prepared;
        this.stopCondition = new StopCondition(deadline);
        this.watchdog = watchdog;
        this.reads = reads;
        this.own = new FunctionReads.OfStatement(stopCondition);
        try {
            if (StatementFunction.isCalledIn(sql) || GuardFunctions.looksWhetherItRuns(sql)) {
                String given = reads.add(own);
                name = Optional.of(given);
                execute("SET VARIABLE %s = '%s'".formatted(StatementFunction.STATEMENT, given));
            }
            execute(BEGIN);
            this.statement = firstStatement();
        } catch (SQLException e) {
            name.ifPresent(reads::remove);
            throw e;
        }
    }

    private DuckDBPreparedStatement firstStatement() throws SQLException {
        try {
            return statement(connection, sql, prepared);
        } catch (SQLException e) {
            avoid(e);
            beginAgain();
            return statement(connection, sql, prepared);
        }
    }

    private static DuckDBPreparedStatement statement(DriverConnection connection, String sql, boolean prepared)
            throws SQLException {
        Statement opened = prepared
                ? connection.jdbc().prepareStatement(sql)
                : connection.jdbc().createStatement();
        return opened.unwrap(DuckDBPreparedStatement.class);
    }

    /** Prepares a statement: errors are found now, and its columns and parameters are known. */
    static RunningStatement prepare(
            ReaderSource readers,
            String sql,
            Deadline deadline,
            ScheduledExecutorService watchdog,
            FunctionReads reads) {
        return open(readers, sql, true, deadline, watchdog, reads);
    }

    /** Runs without preparing, for a statement that was prepared before. */
    static RunningStatement direct(
            ReaderSource readers,
            String sql,
            Deadline deadline,
            ScheduledExecutorService watchdog,
            FunctionReads reads) {
        return open(readers, sql, false, deadline, watchdog, reads);
    }

    private static RunningStatement open(
            ReaderSource readers,
            String sql,
            boolean prepared,
            Deadline deadline,
            ScheduledExecutorService watchdog,
            FunctionReads reads) {
        Connection connection = null;
        try {
            connection = readers.open();
            return new RunningStatement(new DriverConnection(connection), sql, prepared, deadline, watchdog, reads);
        } catch (SQLException e) {
            GatehouseException failure = DuckDbErrors.translate(e);
            closeAfter(failure, connection);
            throw failure;
        }
    }

    /**
     * Sets what is known about it.
     *
     * @param statement learns how many rows there were
     * @param query whether it is one, whose rows may be read in chunks
     */
    void know(StatementCache.Entry statement, boolean query) {
        known = statement;
        inChunks = query;
    }

    @Override
    public List<SqlType> columnTypes() {
        if (known != null) {
            return known.columnTypes();
        }
        try {
            return columnTypes(statement);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Binds the values of {@code $1}, {@code $2} and so on. */
    void bind(List<@Nullable Object> given) {
        values = given;
        try {
            bind(statement);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private void bind(PreparedStatement target) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            target.setObject(i + 1, values.get(i));
        }
    }

    private static List<SqlType> columnTypes(PreparedStatement statement) throws SQLException {
        ResultSetMetaData metadata = statement.getMetaData();
        List<SqlType> types = new ArrayList<>();
        for (int column = 1; column <= metadata.getColumnCount(); column++) {
            // DuckDB quotes the name of the type of a column in which every value is NULL.
            types.add(SqlType.of(metadata.getColumnTypeName(column).replace("\"NULL\"", "NULL")));
        }
        return types;
    }

    @Override
    public ExecutedRows rows(RowMemory memory) {
        List<SqlType> types = columnTypes();
        if (prepared && inChunks && ChunkRows.suit(types)) {
            measured = memory;
            return new ChunkRows(run(DuckDBPreparedStatement::query), types, memory);
        }
        if (!memory.isLimited() || !inChunks || types.stream().noneMatch(RunningStatement::isLong) || isKnownSmall()) {
            return new CursorRows(execute(), types);
        }
        measured = memory;
        return new VectorRows(vectors(), memory);
    }

    private boolean isKnownSmall() {
        return known != null && known.isSmall();
    }

    /** Whether values of a type may be long. */
    static boolean isLong(SqlType type) {
        return type == Scalar.VARCHAR || type instanceof ListOf;
    }

    /** The batches of {@link VectorRows}, whose memory goes when this is closed. */
    private ArrowReader vectors() {
        ResultSet rows = execute();
        synchronized (this) {
            stopCondition.checkCancelled();
            BufferAllocator allocator = new RootAllocator();
            ArrowReader reader = batches(rows, allocator, ROWS_PER_VECTOR);
            vectors = Optional.of(() -> {
                reader.close();
                allocator.close();
            });
            return reader;
        }
    }

    @Override
    public ArrowReader arrow(BufferAllocator allocator) {
        ResultSet rows = execute();
        long rowsPerBatch = columnTypes().stream().noneMatch(RunningStatement::isLong)
                ? ROWS_PER_BATCH
                : StatementCache.isGuarded(sql) ? ROWS_PER_VECTOR : ROWS_PER_LONG_BATCH;
        synchronized (this) {
            stopCondition.checkCancelled();
            return batches(rows, allocator, rowsPerBatch);
        }
    }

    private ArrowReader batches(ResultSet rows, BufferAllocator allocator, long rowsPerBatch) {
        try {
            return (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, rowsPerBatch);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Starts the statement and returns when its first rows are available. */
    private ResultSet execute() {
        return run(duckDb -> prepared ? duckDb.executeQuery() : duckDb.executeQuery(sql));
    }

    private <R> R run(Run<R> execution) {
        begin();
        try {
            for (int tries = 1; ; tries++) {
                try {
                    statement.setQueryTimeout(
                            wholeSeconds(stopCondition.deadline().span()));
                    return execution.of(statement);
                } catch (SQLException e) {
                    if (stopCondition.isDue() || own.failure().isPresent()) {
                        throw e;
                    }
                    recover(e, tries);
                    restart();
                }
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static boolean isSwallowed(SQLException e) {
        return String.valueOf(e.getMessage()).contains(SWALLOWED);
    }

    /** Prepares for another try, or throws the actual failure if there must not be one. */
    private void recover(SQLException e, int tries) throws SQLException {
        SQLException failure = e;
        if (isSwallowed(e)) {
            try {
                explain(tries);
                return;
            } catch (SQLException explanation) {
                failure = explanation;
            }
        }
        avoid(failure);
    }

    /** Notes the defect that a statement failed by, to be avoided, or throws the failure if it cannot be. */
    private void avoid(SQLException failure) throws SQLException {
        Defect defect = Stream.of(Defect.values())
                .filter(each -> each.explains(failure) && !avoided.contains(each))
                .findFirst()
                .orElseThrow(() -> failure);
        avoided.add(defect);
        LOG.warn("Running a statement again after {}: {}", defect.remedy, firstLine(failure));
    }

    /** Begins another transaction after one that failed. */
    private void beginAgain() throws SQLException {
        execute("ROLLBACK");
        for (Defect defect : avoided) {
            execute(defect.remedy);
        }
        execute("BEGIN TRANSACTION READ ONLY");
    }

    /** Synchronised with closing, so that no guard is left behind. */
    private synchronized void begin() {
        stopCondition.checkStopped();
        guard = Optional.of(watchdog.scheduleWithFixedDelay(
                this::interruptIfDue, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS));
        running = true;
    }

    /**
     * Runs a statement that failed in the driver's one way of running it that says what happened, and throws that. Where
     * it does not fail any more, it lacked the memory that other statements held: then it can be run again.
     */
    private void explain(int tries) throws SQLException {
        beginAgain();
        try (PreparedStatement anew = connection.jdbc().prepareStatement(sql)) {
            bind(anew);
            anew.unwrap(DuckDBPreparedStatement.class).query().close();
        }
        if (tries >= MAX_TRIES) {
            throw new SQLException("Out of Memory Error: the statement cannot begin beside others");
        }
    }

    /** Replaces the failed statement, which the driver has closed. */
    private synchronized void restart() throws SQLException {
        stopCondition.checkStopped();
        beginAgain();
        statement = statement(connection, sql, prepared);
        bind(statement);
    }

    @Override
    public StopCondition stopCondition() {
        return stopCondition;
    }

    @Override
    public OptionalDouble progress() {
        return running ? connection.progress() : OptionalDouble.empty();
    }

    private void interruptIfDue() {
        if (stopCondition.isDue() && running) {
            interrupt();
        }
    }

    @Override
    public void cancel() {
        stopCondition.cancel();
        if (running) {
            interrupt();
        }
    }

    private void interrupt() {
        connection.interrupt();
        own.interrupt();
    }

    @Override
    public GatehouseException failure(SQLException e) {
        return stopCondition.failure(e, own.failure().orElseGet(() -> DuckDbErrors.translate(e)));
    }

    /** The driver's own timeout, in whole seconds, is the second guard. */
    private static int wholeSeconds(Duration span) {
        return (int) Math.min(Integer.MAX_VALUE / 2000, span.toSeconds() + 1);
    }

    @Override
    public void close(long rows) {
        if (known != null) {
            known.noteRows(rows);
        }
        close();
    }

    /**
     * Gives the connection back, which ends its transaction; stops the statement if another thread is running or reading
     * it. A thread that goes on reading gets an error: the rows that it has are not all.
     */
    @Override
    public void close() {
        stopCondition.close();
        if (running) {
            interrupt();
        }
        synchronized (this) {
            if (!closed) {
                closed = true;
                running = false;
                noteSize();
                guard.ifPresent(task -> task.cancel(false));
                giveBack();
            }
        }
    }

    private void noteSize() {
        if (known != null && measured != null) {
            measured.bytes().ifPresent(known::noteBytes);
        }
    }

    private void giveBack() {
        name.ifPresent(reads::remove);
        try (connection) {
            try {
                if (vectors.isPresent()) {
                    vectors.get().close();
                }
            } finally {
                statement.close();
            }
        } catch (SQLException e) {
            throw DuckDbErrors.translate(e);
        } catch (IOException e) {
            throw DuckDbErrors.translate(ArrowBatches.reason(e));
        }
    }

    private void execute(String text) throws SQLException {
        try (Statement plain = connection.jdbc().createStatement()) {
            plain.execute(text);
        }
    }

    private static void closeAfter(GatehouseException failure, @Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
