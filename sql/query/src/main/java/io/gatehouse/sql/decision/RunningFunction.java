package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.driver.DriverConnection;
import io.gatehouse.sql.driver.JavaFunction;
import io.gatehouse.sql.limits.GuardFunctions;
import java.util.List;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBWritableVector;

/**
 * Ends a join whose statement must stop. DuckDB searches for pairs of rows that meet the conditions of a join until it has
 * found one, without interrupt checks: among a million rows of one key, 43 s for each vector. It evaluates a function of
 * columns of both sides in that loop, so the function can check.
 */
public final class RunningFunction {
    private final FunctionReads reads;

    public RunningFunction(FunctionReads reads) {
        this.reads = requireNonNull(reads, "reads is null");
    }

    /** Arguments: the name of the statement, a condition, which is returned. */
    public JavaFunction function() {
        return new JavaFunction(
                GuardFunctions.RUNNING,
                List.of(DuckDBColumnType.VARCHAR, DuckDBColumnType.BOOLEAN),
                DuckDBColumnType.BOOLEAN,
                this::check);
    }

    private void check(DuckDBDataChunkReader rows, DuckDBWritableVector results) {
        long count = rows.rowCount();
        if (count == 0) {
            return;
        }
        reads.of(rows.vector(0).getString(0)).checkStopped();
        DriverConnection.copy(rows.vector(1), results, (int) count, 1);
    }
}
