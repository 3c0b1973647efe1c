package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.Uninterruptibles;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/** Calls functions in Java row by row for the statement that they belong to, and fails it with their errors. */
public final class FunctionCalls {
    private final FunctionReads reads;

    /** For functions that hold what they read, of which each may take the memory that there is for it. */
    private final Semaphore holding = new Semaphore(1, true);

    /** The result of a function for one row of its arguments; empty for NULL. */
    interface RowFunction {
        Optional<String> result(long row, FunctionReads.OfStatement statement);
    }

    /** @param reads the statements that can be stopped */
    public FunctionCalls(FunctionReads reads) {
        this.reads = requireNonNull(reads, "reads is null");
    }

    /**
     * Calls a function for each row. The result is NULL where an argument is.
     *
     * @param rows its arguments, the name of the statement first
     */
    void call(DuckDBDataChunkReader rows, DuckDBWritableVector results, RowFunction function) {
        for (long row = 0; row < rows.rowCount(); row++) {
            Optional<String> result = holdsNull(rows, row) ? Optional.empty() : called(rows, row, function);
            if (result.isPresent()) {
                results.setString(row, result.get());
            } else {
                results.setNull(row);
            }
        }
    }

    private Optional<String> called(DuckDBDataChunkReader rows, long row, RowFunction function) {
        FunctionReads.OfStatement statement = reads.of(rows.vector(0).getString(row));
        try {
            return function.result(row, statement);
        } catch (GatehouseException e) {
            statement.fail(e);
            throw e;
        }
    }

    private static boolean holdsNull(DuckDBDataChunkReader rows, long row) {
        for (long column = 0; column < rows.columnCount(); column++) {
            if (rows.vector(column).isNull(row)) {
                return true;
            }
        }
        return false;
    }

    /** Runs what holds much of what it reads, after others that do. */
    <T> T alone(FunctionReads.OfStatement statement, Supplier<T> work) {
        while (!Uninterruptibles.tryAcquireUninterruptibly(holding, Duration.ofMillis(100))) {
            statement.checkStopped();
        }
        try {
            return work.get();
        } finally {
            holding.release();
        }
    }
}
