package io.gatehouse.sql;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.deadline.StopCondition;
import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Other;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/** One statement of an engine: run once, read by one thread in one of two ways, cancelled by any. */
public interface Execution {
    /**
     * DuckDB's type of columns whose types depend on the value of a parameter. DuckDB then does not report the number
     * of columns either.
     */
    SqlType UNKNOWN = new Other("UNKNOWN");

    /** The types of the columns. */
    List<SqlType> columnTypes();

    /**
     * Runs the statement and returns its rows as values.
     *
     * @param memory for the values of a row, before they are decoded
     */
    ExecutedRows rows(RowMemory memory);

    /** Runs the statement and returns its rows as Arrow batches, with the types that {@link ArrowBatches} describes. */
    ArrowReader arrow(BufferAllocator allocator);

    /** When it has to stop. */
    StopCondition stopCondition();

    /** Translates an error that came with a row. */
    GatehouseException failure(SQLException e);

    /** How much of the statement is done, 0 to 1, while it runs; empty as long as the engine does not know. */
    OptionalDouble progress();

    /** Stops the statement; the reading thread gets CANCELLED_BY_USER. */
    void cancel();

    /**
     * Ends the statement, also while another thread runs it.
     *
     * @param rows how many were read
     */
    void close(long rows);
}
