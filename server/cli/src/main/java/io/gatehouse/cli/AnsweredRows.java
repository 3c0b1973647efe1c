package io.gatehouse.cli;

import io.gatehouse.sql.ResultColumn;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The rows of a statement, from a file that this process has open or from a server. */
interface AnsweredRows extends AutoCloseable {
    /** Moves to the next row; false at the end. */
    boolean next();

    /** The columns, known once the first row was asked for. */
    List<ResultColumn> columns();

    @Nullable
    Object value(int column);

    /** Whether rows were left out because of the limit; known at the end. */
    boolean truncated();

    /** Share of the work that is done, where that is known. */
    OptionalDouble progress();

    /** Ends the statement; for another thread. */
    void cancel();

    /** Writes all rows as a Parquet file, instead of one by one, and returns how many there were. */
    long writeParquet(Path file);

    @Override
    void close();
}
