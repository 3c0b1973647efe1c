package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.database.DatabaseFailure;
import io.gatehouse.store.database.MemoryRetry;
import io.gatehouse.store.database.Transaction;
import io.gatehouse.store.run.Ledger;
import io.gatehouse.store.run.Ledger.CommittedWork;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.duckdb.DuckDBConnection;

/**
 * Writes one run, whole shards in each transaction. For one thread at a time. Closing it without {@link #finish} leaves
 * the run as it is, status {@code running}, with every shard that was written.
 *
 * <p>A writer {@link #within} a transaction adds all shards to it, and the caller commits or rolls back.
 */
public final class RunWriter implements AutoCloseable {
    private final Path file;
    private final Transaction.Source transactions;
    private final DuckDBConnection connection;
    private final int runId;
    private final RunDescription run;
    private final int[] questionIds;
    private final QuestionGroups groups;
    private final ShardCheck check;
    private final Runnable atClose;
    private final boolean within;
    private final boolean timed;
    /** When the last write began, or the writer, as {@link System#nanoTime()}. */
    private long since = System.nanoTime();

    private double computeSeconds;
    private int correct;
    private long generated;
    private final BufferAllocator allocator = new RootAllocator();

    /**
     * Writes a run, each write in a transaction.
     *
     * @param timed whether the time between writes is that of computing the shards, which the ledger then keeps
     */
    public RunWriter(
            Path file,
            Transaction.Source transactions,
            DuckDBConnection connection,
            int runId,
            RunDescription run,
            List<QuestionRow> questions,
            int[] questionIds,
            CommittedWork committed,
            Runnable atClose,
            boolean timed) {
        this(file, transactions, connection, runId, run, questions, questionIds, committed, atClose, false, timed);
    }

    private RunWriter(
            Path file,
            Transaction.Source transactions,
            DuckDBConnection connection,
            int runId,
            RunDescription run,
            List<QuestionRow> questions,
            int[] questionIds,
            CommittedWork committed,
            Runnable atClose,
            boolean within,
            boolean timed) {
        this.file = file;
        this.transactions = transactions;
        this.connection = connection;
        this.runId = runId;
        this.run = run;
        this.questionIds = questionIds;
        this.groups = new QuestionGroups(questions, questionIds);
        this.check = new ShardCheck(run, questionIds, committed);
        this.correct = committed.correct();
        this.generated = committed.generated();
        this.computeSeconds = committed.seconds();
        this.atClose = atClose;
        this.within = within;
        this.timed = timed;
    }

    /** A writer that adds a new run to the transaction that the caller has begun on the connection, and ends. */
    public static RunWriter within(
            Path file,
            DuckDBConnection connection,
            int runId,
            RunDescription run,
            List<QuestionRow> questions,
            int[] questionIds) {
        return new RunWriter(
                file,
                Transaction::begin,
                connection,
                runId,
                run,
                questions,
                questionIds,
                CommittedWork.nothing(),
                () -> {},
                true,
                false);
    }

    /** Number of the run in the file. */
    public int runId() {
        return runId;
    }

    /** Id in the file of the question at {@code index} of the list that started the run. */
    public int questionId(int index) {
        return questionIds[index];
    }

    /** Writes a shard in one transaction, like {@link #write(List)}. */
    public void write(Shard shard) {
        write(List.of(shard));
    }

    /**
     * Writes shards in one transaction: afterwards all of them are in the file, or none if this throws. After
     * INSUFFICIENT_DISK the same shards may be tried again, unless the caller's transaction holds the run.
     *
     * @throws IllegalArgumentException if a shard contradicts itself, another or its run
     * @throws GatehouseException INSUFFICIENT_DISK, OUT_OF_MEMORY
     */
    public void write(List<Shard> shards) {
        writeRows(shards.stream().map(this::prepare).toList());
    }

    /**
     * Prepares a shard before the transaction that writes it; may be called from any thread.
     *
     * @throws IllegalArgumentException if the shard contradicts itself or its run
     */
    ShardRows prepare(Shard shard) {
        check.checkContents(shard);
        return ShardRows.of(shard, run, groups);
    }

    /** Writes prepared shards in one transaction, like {@link #write(List)}. */
    void writeRows(List<ShardRows> shards) {
        check.checkNew(shards);
        long now = System.nanoTime();
        Optional<Double> seconds = timed ? Optional.of((now - since) / 1e9 / shards.size()) : Optional.empty();
        if (within) {
            // DuckDB lets nothing be repeated in a transaction that has failed.
            insert(shards, seconds);
        } else {
            MemoryRetry.run(() -> insert(shards, seconds));
        }
        computeSeconds += timed ? (now - since) / 1e9 : 0;
        since = now;
        for (ShardRows shard : shards) {
            check.committed(shard);
            correct +=
                    (int) shard.answers().stream().filter(AnswerRow::isCorrect).count();
            generated += shard.generatedTokens();
        }
    }

    private void insert(List<ShardRows> shards, Optional<Double> seconds) {
        ShardInsert insert = new ShardInsert(connection, allocator, runId, run, shards, seconds);
        try {
            if (within) {
                insert.insert();
                return;
            }
            try (Transaction transaction = transactions.begin(connection)) {
                insert.insert();
                transaction.commit();
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    /** Whether the file holds the shard: since an earlier try of the run, or since {@link #write}. */
    public boolean isWritten(int shard) {
        return check.isWritten(shard);
    }

    /** Number of questions with the correct answer so far. */
    public int correct() {
        return correct;
    }

    /** Number of tokens that were generated after the prompts so far. */
    public long generated() {
        return generated;
    }

    /**
     * Ends the run.
     *
     * @throws IllegalStateException if {@code status} is COMPLETE and a question has no answer
     */
    public void finish(RunStatus status) {
        requireNonNull(status, "status is null");
        if (status == RunStatus.RUNNING) {
            throw new IllegalArgumentException("A run does not finish as running");
        }
        if (status == RunStatus.COMPLETE && check.answered() < questionIds.length) {
            throw new IllegalStateException(
                    "Run %d has %d of %d questions answered".formatted(runId, check.answered(), questionIds.length));
        }
        if (within) {
            recordEnd(status);
        } else {
            MemoryRetry.run(() -> endInTransaction(status));
        }
    }

    private void endInTransaction(RunStatus status) {
        try (Transaction transaction = transactions.begin(connection)) {
            recordEnd(status);
            transaction.commit();
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    private void recordEnd(RunStatus status) {
        try {
            new Ledger(connection, runId).finish(status, timed ? Optional.of(computeSeconds) : Optional.empty());
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        }
    }

    @Override
    public void close() {
        try (allocator) {
            if (!within) {
                connection.close();
            }
        } catch (SQLException e) {
            throw DatabaseFailure.using(file, e);
        } finally {
            atClose.run();
        }
    }
}
