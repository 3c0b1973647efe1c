package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Json;
import io.gatehouse.sql.ArrowBatches;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.ResultColumn;
import io.gatehouse.store.PastQuery;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One query from its arrival to its last row. The thread that serves it moves it on and reads its rows; any thread may
 * look at it or cancel it. Closing it ends it, whatever it had come to.
 */
final class ServedQuery implements AutoCloseable {
    /** How far a query has come. */
    enum State {
        QUEUED,
        PLANNING,
        RUNNING,
        FINISHED,
        FAILED,
        CANCELLED;

        boolean ended() {
            return compareTo(FINISHED) >= 0;
        }
    }

    /** A query takes long that has run and computed for so long, or has run for longer. */
    private static final long LONG_RUN_NANOS = 250_000_000;

    private static final long LONG_WORK_NANOS = 100_000_000;
    private static final long LONGEST_RUN_NANOS = 1_000_000_000;

    /** The reading thread has so long to end the answer itself. */
    private static final Duration GRACE = Duration.ofMillis(500);

    /** How often a query may begin anew that found no memory beside others. */
    private static final int MOST_CROWDED = 3;

    private static final long BETWEEN_TRIES_NANOS = 50_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROWS_BETWEEN_TURNS = 64;
    private static final int ROWS_BETWEEN_COUNTS = 1024;
    private static final int SQL_KEPT = 20_000;

    private final String id;
    private final SqlStatement statement;
    private final String format;
    private final ClientConnection client;
    private final Consumer<ServedQuery> changed;
    private final Instant submitted = Instant.now();
    private final long start = System.nanoTime();

    private volatile State state = State.PLANNING;
    private volatile boolean unwanted;
    private volatile long elapsedNanos = -1;
    private volatile long rowsSeen;
    private volatile boolean truncated;
    private volatile double progress;
    private volatile @Nullable QueryResult result;
    private volatile @Nullable Turn turn;
    private volatile boolean begun;
    private volatile boolean aside;
    private volatile @Nullable GatehouseException broken;
    private long thread;
    private long workBefore;
    private int crowdedTimes;
    private volatile long runningSince;
    private volatile @Nullable GatehouseException failure;
    private volatile @Nullable GatehouseException starved;
    private long rows;
    private boolean ended;

    /** @param changed is told of each change of state */
    ServedQuery(
            String id, SqlStatement statement, String format, ClientConnection client, Consumer<ServedQuery> changed) {
        this.id = requireNonNull(id, "id is null");
        this.statement = requireNonNull(statement, "statement is null");
        this.format = requireNonNull(format, "format is null");
        this.client = requireNonNull(client, "client is null");
        this.changed = requireNonNull(changed, "changed is null");
    }

    String id() {
        return id;
    }

    ClientConnection client() {
        return client;
    }

    State state() {
        return state;
    }

    void queued() {
        move(State.QUEUED);
    }

    void planning() {
        runningSince = System.nanoTime();
        move(State.PLANNING);
        requireWanted();
    }

    /** It may run, and computes when it has its turn. */
    void takes(Turn turn) {
        this.turn = turn;
    }

    /** The statement is planned and begins. */
    void begins(QueryResult planned) {
        result = planned;
        thread = Thread.currentThread().getId();
        workBefore = THREADS.getThreadCpuTime(thread);
        move(State.RUNNING);
        requireWanted();
    }

    private void move(State next) {
        state = next;
        changed.accept(this);
    }

    List<ResultColumn> columns() {
        return opened().columns();
    }

    boolean next() {
        if (rows % ROWS_BETWEEN_TURNS == 0) {
            awaitTurn();
        }
        boolean present = opened().next();
        begin();
        if (present && ++rows % ROWS_BETWEEN_COUNTS == 0) {
            rowsSeen = rows;
        }
        ended = !present;
        truncated = opened().truncated();
        return present;
    }

    /** The rows as Arrow batches, instead of one by one. */
    ArrowBatches batches(BufferAllocator allocator) {
        return opened().batches(allocator);
    }

    boolean next(ArrowBatches batches) {
        awaitTurn();
        boolean present = batches.next();
        begin();
        if (present) {
            rows += batches.root().getRowCount();
            rowsSeen = rows;
        }
        ended = !present;
        truncated = batches.truncated();
        return present;
    }

    /** Others compute for a while if this query has done so for long and they wait. */
    private void awaitTurn() {
        Turn own = turn();
        own.giveWay();
        own.await(this);
    }

    /** Others may compute while this query waits for its client. */
    void pause() {
        turn().pause();
    }

    private Turn turn() {
        return requireNonNull(turn, "the query was not admitted");
    }

    /** The first rows are there, and it can no longer begin anew. */
    private void begin() {
        if (!begun) {
            synchronized (this) {
                if (!aside) {
                    begun = true;
                    return;
                }
            }
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was set aside.");
        }
    }

    /**
     * Sees whether it takes long, or too long. One that takes long takes turns with its like from then on; before its
     * first row it is set aside if it has no turn now, since DuckDB cannot be made to pause. One whose time is over while
     * it waits for a slow client loses the connection.
     */
    void look() {
        Turn own = turn;
        if (own == null || state != State.RUNNING) {
            return;
        }
        if (begun && opened().isOverdue(GRACE)) {
            broken = new GatehouseException(
                    ErrorCode.QUERY_TIMEOUT,
                    "The client did not read the answer before the time of the query was over.");
            client.abort(broken);
        }
        if (own.isShort() && takesLong()) {
            own.becomeLong();
            synchronized (this) {
                if (!begun && own.isWaiting()) {
                    aside = true;
                    opened().cancel();
                }
            }
        }
    }

    /** Why its connection was broken, if it was. */
    Optional<GatehouseException> broken() {
        return Optional.ofNullable(broken);
    }

    private boolean takesLong() {
        long run = System.nanoTime() - runningSince;
        return run > LONGEST_RUN_NANOS
                || (run > LONG_RUN_NANOS && THREADS.getThreadCpuTime(thread) - workBefore > LONG_WORK_NANOS);
    }

    /**
     * Whether it is to begin anew when its turn has come: it was set aside, or soon found no memory among others.
     *
     * @param error that ended it
     * @param besides whether there are others
     */
    boolean isSetAside(GatehouseException error, boolean besides) {
        synchronized (this) {
            boolean crowded = error.code() == ErrorCode.OUT_OF_MEMORY
                    && besides
                    && System.nanoTime() - runningSince < LONGEST_RUN_NANOS
                    && ++crowdedTimes <= MOST_CROWDED;
            if (begun || unwanted || !(aside || crowded)) {
                return false;
            }
            aside = false;
        }
        turn().becomeLong();
        turn().pause();
        QueryResult open = result;
        if (open != null) {
            open.close();
        }
        // Whoever holds the memory has some time to end.
        LockSupport.parkNanos(crowdedTimes * BETWEEN_TRIES_NANOS);
        return true;
    }

    @Nullable
    Object value(int column) {
        return opened().value(column);
    }

    /** Whether rows were left out because of the row limit; known at the end. */
    boolean truncated() {
        return truncated;
    }

    /** Rows at most; 0 for no limit. */
    long maxRows() {
        return statement.maxRows();
    }

    /** Rows read so far. */
    long rows() {
        return rows;
    }

    double elapsedMs() {
        long nanos = elapsedNanos < 0 ? System.nanoTime() - start : elapsedNanos;
        return Math.round(nanos / 1e3) / 1e3;
    }

    /** Throws if it was cancelled, or its time is over. */
    void requireWanted() {
        if (unwanted) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.");
        }
        if (state == State.RUNNING) {
            opened().checkStopped();
        }
    }

    void cancel() {
        unwanted = true;
        QueryResult running = result;
        if (running != null && !state.ended()) {
            running.cancel();
        }
    }

    /** Ends it because the process holds more memory than it may; false if that was done before. */
    synchronized boolean endForMemory(long limit) {
        boolean first = starved == null;
        if (first) {
            starved = new GatehouseException(
                    ErrorCode.OUT_OF_MEMORY,
                    "The query was ended because the server held more than its %,d bytes of memory, and it began last."
                            .formatted(limit));
            cancel();
        }
        return first;
    }

    /** Why it fails: what an error says, or what made it come. */
    GatehouseException reason(GatehouseException error) {
        GatehouseException memory = starved;
        return memory != null && error.code() == ErrorCode.CANCELLED_BY_USER ? memory : error;
    }

    /** Says why it ends, if not by its last row. */
    void fails(GatehouseException reason) {
        failure = reason;
    }

    @Override
    public void close() {
        if (state.ended()) {
            return;
        }
        elapsedNanos = System.nanoTime() - start;
        rowsSeen = rows;
        QueryResult open = result;
        try {
            if (open != null) {
                open.close();
            }
        } finally {
            move(end());
        }
    }

    private State end() {
        GatehouseException reason = failure;
        if (reason == null) {
            // Neither at its end nor failed: whoever read it has gone.
            return ended ? State.FINISHED : State.CANCELLED;
        }
        return reason.code() == ErrorCode.CANCELLED_BY_USER ? State.CANCELLED : State.FAILED;
    }

    private QueryResult opened() {
        return requireNonNull(result, "the query is not planned");
    }

    /** How it was, for those who look later; a text of a megabyte is cut, for a thousand of them would fill the file. */
    PastQuery past() {
        return new PastQuery(
                id,
                cut(SQL_KEPT),
                submitted,
                elapsedMs(),
                state.name().toLowerCase(Locale.ROOT),
                rowsSeen,
                Optional.ofNullable(failure).map(reason -> reason.code() + ": " + reason.getMessage()));
    }

    private String cut(int characters) {
        String sql = statement.sql();
        return sql.length() <= characters ? sql : sql.substring(0, characters) + "…";
    }

    /** How it stands, as clients see it. */
    ObjectNode toJson(int sqlCharacters) {
        ObjectNode json = Json.object();
        json.put("queryId", id);
        json.put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("sql", cut(sqlCharacters));
        json.put("format", format);
        json.put("submittedAt", submitted.toString());
        json.put("elapsedMs", elapsedMs());
        json.put("rows", rowsSeen);
        json.put("limit", maxRows());
        json.put("truncated", truncated);
        json.put("progress", progress());
        Optional.ofNullable(failure).ifPresent(reason -> {
            ObjectNode error = json.putObject("error");
            error.put("code", reason.code().name());
            error.put("sqlState", reason.code().sqlState());
            error.put("detail", String.valueOf(reason.getMessage()));
        });
        return json;
    }

    /** Share of the work that is done, as DuckDB guesses; it never goes back. */
    private double progress() {
        if (state == State.FINISHED) {
            return 1;
        }
        QueryResult running = result;
        if (running != null && state == State.RUNNING) {
            progress = Math.max(progress, running.progress().orElse(progress));
        }
        return progress;
    }
}
