package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Problem;
import io.gatehouse.server.query.QuerySnapshot.State;
import io.gatehouse.sql.ArrowBatches;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.store.query.PastQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One query from its arrival to its last row. The thread that serves it moves it on and reads its rows; any thread may
 * look at it or cancel it. Closing it ends it, whatever it had come to.
 */
final class ServedQuery implements AutoCloseable {
    /** The serving thread has this time to end the query itself; then the connection is broken. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private static final int ROWS_BETWEEN_COUNTS = 1024;
    private static final int SQL_KEPT = 20_000;

    private final String id;
    private final Query statement;
    private final String format;
    private final QueryClient client;
    private final Consumer<ServedQuery> changed;
    private final Instant submitted = Instant.now();
    private final long start = System.nanoTime();

    private volatile State state = State.PLANNING;
    private volatile boolean unwanted;
    private volatile long unwantedSince;
    private volatile long elapsedNanos = -1;
    private volatile long rowsSeen;
    private volatile boolean truncated;
    private volatile double progress;
    private volatile @Nullable QueryResult result;
    private volatile @Nullable Preemption preemption;
    private volatile @Nullable GatehouseException failure;
    /** Why the server ended it, which the serving thread learns as a cancellation or a broken connection. */
    private volatile @Nullable GatehouseException ending;

    private long rows;
    private volatile boolean ended;

    /** @param changed is called at each change of state */
    ServedQuery(String id, Query statement, String format, QueryClient client, Consumer<ServedQuery> changed) {
        this.id = requireNonNull(id, "id is null");
        this.statement = requireNonNull(statement, "statement is null");
        this.format = requireNonNull(format, "format is null");
        this.client = requireNonNull(client, "client is null");
        this.changed = requireNonNull(changed, "changed is null");
    }

    String id() {
        return id;
    }

    Query statement() {
        return statement;
    }

    QueryClient client() {
        return client;
    }

    State state() {
        return state;
    }

    void queued() {
        move(State.QUEUED);
    }

    /** It was admitted. */
    void admitted(Preemption decisions) {
        preemption = decisions;
    }

    /** It is planned, for the first time or to be restarted. */
    void startAttempt() {
        preemption().startAttempt();
        move(State.PLANNING);
        checkStopped();
    }

    /** The statement is planned and begins. */
    void started(QueryResult planned) {
        preemption().startRun();
        result = planned;
        move(State.RUNNING);
        preemption().checkPreempted();
        checkStopped();
    }

    /** Ends what runs, if anything does, and the memory that it holds. */
    void endAttempt() {
        QueryResult open = result;
        result = null;
        if (open != null) {
            open.close();
        }
    }

    private void move(State next) {
        state = next;
        changed.accept(this);
    }

    List<ResultColumn> columns() {
        return opened().columns();
    }

    boolean next() {
        QueryResult open = opened();
        boolean present = compute(open::next);
        if (present && ++rows % ROWS_BETWEEN_COUNTS == 0) {
            rowsSeen = rows;
        }
        end(!present);
        truncated = open.truncated();
        return present;
    }

    /** The rows as Arrow batches, instead of one by one. */
    ArrowBatches batches(BufferAllocator allocator) {
        return opened().batches(allocator);
    }

    boolean next(ArrowBatches batches) {
        boolean present = compute(batches::next);
        if (present) {
            rows += batches.root().getRowCount();
            rowsSeen = rows;
        }
        end(!present);
        truncated = batches.truncated();
        return present;
    }

    private void end(boolean atLastRow) {
        ended = atLastRow;
        if (atLastRow) {
            preemption().complete();
        }
    }

    private boolean compute(BooleanSupplier engine) {
        Preemption decisions = preemption();
        decisions.enterEngine(this::checkStopped);
        boolean present;
        try {
            present = engine.getAsBoolean();
        } catch (RuntimeException e) {
            decisions.leaveEngineWithError();
            throw e;
        }
        decisions.leaveEngine();
        return present;
    }

    private void interrupt() {
        QueryResult running = result;
        if (running != null) {
            running.cancel();
        }
    }

    Preemption preemption() {
        return requireNonNull(preemption, "the query was not admitted");
    }

    /** Looks at it from another thread: whether it takes too much from others, or does not end as it should. */
    void look() {
        Preemption decisions = preemption;
        QueryResult open = result;
        if (decisions == null || open == null || state != State.RUNNING) {
            return;
        }
        if (!decisions.look(this::interrupt)) {
            end(new GatehouseException(
                    ErrorCode.QUERY_BUSY, "Too many long queries compute at a time. Try again in a moment."));
        }
        if (decisions.isStreaming() && !ended) {
            boolean overdue = open.isOverdue(GRACE);
            if (overdue) {
                end(new GatehouseException(
                        ErrorCode.QUERY_TIMEOUT,
                        "The client did not read the answer within the time limit of the query."));
            }
            if (overdue || (unwanted && System.nanoTime() - unwantedSince > GRACE.toNanos())) {
                // The serving thread waits for its client, and nothing else would wake it.
                client.abort(reason(new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.")));
            }
        }
    }

    @Nullable
    Object value(int column) {
        return opened().value(column);
    }

    /** Whether rows were left out because of the row limit; known at the end. */
    boolean truncated() {
        return truncated;
    }

    /** Maximum number of rows; 0 for no limit. */
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
    void checkStopped() {
        if (unwanted) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.");
        }
        QueryResult open = result;
        if (open != null) {
            open.checkStopped();
        }
    }

    boolean isUnwanted() {
        return unwanted;
    }

    void cancel() {
        if (!unwanted) {
            unwantedSince = System.nanoTime();
            unwanted = true;
        }
        interrupt();
    }

    /** Ends it, for a reason of the server. */
    private synchronized void end(GatehouseException reason) {
        if (ending == null) {
            ending = reason;
            cancel();
        }
    }

    /** Whether it runs, and nobody has ended it so far. */
    boolean isRunning() {
        return state == State.RUNNING && !unwanted;
    }

    /** Ends it because the process holds more memory than it may. */
    void endForMemory(long limit) {
        end(new GatehouseException(
                ErrorCode.OUT_OF_MEMORY,
                "The query was ended because the server held more than its %,d bytes of memory.".formatted(limit)));
    }

    /** Why it fails: what an error says, or what made it come. */
    GatehouseException reason(GatehouseException error) {
        GatehouseException own = ending;
        return own != null && error.code() == ErrorCode.CANCELLED_BY_USER ? own : error;
    }

    /** Says why it ends, if not by its last row. */
    void failed(GatehouseException reason) {
        failure = reason;
    }

    @Override
    public void close() {
        if (state.hasEnded()) {
            return;
        }
        elapsedNanos = System.nanoTime() - start;
        rowsSeen = rows;
        try {
            endAttempt();
        } finally {
            move(endState());
        }
    }

    private State endState() {
        GatehouseException reason = failure;
        if (reason == null) {
            // Neither at its end nor failed: its reader has left.
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
                state.id(),
                rowsSeen,
                Optional.ofNullable(failure).map(reason -> reason.code() + ": " + reason.getMessage()));
    }

    private String cut(int characters) {
        String sql = statement.sql();
        return sql.length() <= characters ? sql : sql.substring(0, characters) + "…";
    }

    /** How it stands now, with the beginning of its SQL. */
    QuerySnapshot snapshot(int sqlCharacters) {
        Preemption decisions = preemption;
        return new QuerySnapshot(
                id,
                state,
                cut(sqlCharacters),
                format,
                submitted,
                elapsedMs(),
                decisions == null ? 0 : decisions.attempts(),
                rowsSeen,
                maxRows(),
                truncated,
                progress(),
                Optional.ofNullable(failure).map(Problem.Reason::of));
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
