package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.QueryId;
import io.gatehouse.server.query.admission.Admission;
import io.gatehouse.server.query.admission.ComputeSlot;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.ResultMemory;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where every query comes in whose rows somebody reads: registered, admitted when its turn has come, planned, and seen
 * to its end. What only looks at a statement comes in at {@link DescribeGate}.
 */
public final class QueryService {
    private final QueryEngine engine;
    private final QueryRegister register;
    private final QueryQuota quota;
    private final ResultMemory memory;
    private final Admission admission;

    /** @param memory of the heap, for the values of all results */
    public QueryService(QueryEngine engine, QueryRegister register, QueryQuota quota, ResultMemory memory) {
        this.engine = requireNonNull(engine, "engine is null");
        this.register = requireNonNull(register, "register is null");
        this.quota = requireNonNull(quota, "quota is null");
        this.memory = requireNonNull(memory, "memory is null");
        this.admission = new Admission(quota.concurrent(), quota.computing(), quota.queued(), quota.patience());
    }

    /** What is done with the rows of a query. */
    @FunctionalInterface
    interface Reading {
        void read(ServedQuery query) throws IOException;
    }

    QueryQuota quota() {
        return quota;
    }

    QueryRegister register() {
        return register;
    }

    /** A statement may ask for less time than the server gives, not for more. */
    private Duration timeout(Query statement) {
        return statement
                .timeout()
                .filter(wish -> wish.compareTo(quota.timeout()) < 0)
                .orElse(quota.timeout());
    }

    /** All rows of a query of the server's own, as many as a client gets who names no limit. */
    public List<List<@Nullable Object>> rows(Context context, String sql) throws IOException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        Query statement = new Query(sql, quota.rows());
        try (ServedQuery query =
                enter(QueryId.assign(context), statement, "json", QueryClient.of(ClientConnection.of(context)))) {
            serve(query, served -> {
                int columns = served.columns().size();
                while (served.next()) {
                    List<@Nullable Object> row = new ArrayList<>();
                    for (int column = 0; column < columns; column++) {
                        row.add(served.value(column));
                    }
                    rows.add(row);
                }
            });
        }
        return rows;
    }

    /** Queries that wait for their turn. */
    public int waiting() {
        return admission.waiting();
    }

    /**
     * Registers a query that has arrived. Closed, it has ended, and nothing of it is left but its entry among those that
     * were.
     *
     * @param format of its rows, for those who look at the register
     */
    ServedQuery enter(String id, Query statement, String format, QueryClient client) {
        return register.enter(id, statement, format, client);
    }

    /**
     * Runs a query until the reading has its first row or its end, and leaves it open: whoever closes it closes the slot
     * that is returned after it. A query that fails is left without either.
     */
    ComputeSlot open(ServedQuery query, Consumer<ServedQuery> reading) {
        @Nullable ComputeSlot slot = null;
        try {
            slot = admission.enter(query.statement().sql(), query::queued, query::checkStopped);
            run(query, slot, reading::accept);
            return slot;
        } catch (GatehouseException e) {
            abandon(query, slot);
            GatehouseException reason = query.reason(e);
            query.failed(reason);
            throw reason;
        } catch (IOException | RuntimeException e) {
            abandon(query, slot);
            GatehouseException defect =
                    new GatehouseException(ErrorCode.INTERNAL_ERROR, "Gatehouse failed; its log says more.", e);
            query.failed(defect);
            throw defect;
        }
    }

    private static void abandon(ServedQuery query, @Nullable ComputeSlot slot) {
        query.endAttempt();
        if (slot != null) {
            slot.close();
        }
    }

    private void run(ServedQuery query, ComputeSlot slot, Reading reading) throws IOException {
        query.admitted(new Preemption(slot, engine.isLocal()));
        while (!attempt(query, query.statement(), reading)) {
            query.queued();
            admission.awaitTurn(slot, query::checkStopped);
        }
    }

    /** Runs a query and hands it to the reading when it has begun. */
    void serve(ServedQuery query, Reading reading) throws IOException {
        try (ComputeSlot slot = admission.enter(query.statement().sql(), query::queued, query::checkStopped)) {
            try {
                run(query, slot, reading);
            } finally {
                // What it holds goes before its slot does.
                query.endAttempt();
            }
        } catch (GatehouseException e) {
            GatehouseException reason = query.reason(e);
            query.failed(reason);
            throw reason;
        } catch (IOException e) {
            GatehouseException reason = query.reason(new GatehouseException(
                    ErrorCode.CANCELLED_BY_USER,
                    query.isUnwanted() ? "The query was cancelled." : "The client left.",
                    e));
            query.failed(reason);
            if (reason.code() != ErrorCode.CANCELLED_BY_USER) {
                throw reason;
            }
            throw e;
        } catch (RuntimeException e) {
            query.failed(new GatehouseException(ErrorCode.INTERNAL_ERROR, "Gatehouse failed; its log says more.", e));
            throw e;
        }
    }

    /** Runs a query from its beginning. False if it was interrupted before its first row, and is to be restarted. */
    private boolean attempt(ServedQuery query, Query statement, Reading reading) throws IOException {
        try {
            query.startAttempt();
            query.started(engine.query(
                    statement.sql(),
                    statement.parameters(),
                    new QueryLimits(timeout(statement), quota.planning(), statement.maxRows(), memory)));
            reading.read(query);
            return true;
        } catch (GatehouseException e) {
            if (query.isUnwanted()) {
                throw e;
            }
            if (query.preemption().mustRestart(e)) {
                query.endAttempt();
                return false;
            }
            if (register.count() > 1 && query.preemption().mustRetry(e)) {
                query.endAttempt();
                query.preemption().awaitMemory();
                return false;
            }
            throw e;
        }
    }
}
