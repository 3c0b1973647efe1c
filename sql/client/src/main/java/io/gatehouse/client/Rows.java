package io.gatehouse.client;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one statement, read forward by one thread. Any thread may cancel it or ask for its progress. Every error is
 * a {@link GatehouseException}, with its position in the statement if it has one.
 */
public interface Rows extends AutoCloseable {
    /** Runs the statement until its first row or its end; errors of the statement are thrown from here. */
    void start();

    /** The columns, once the statement has been started. */
    List<ResultColumn> columns();

    /** Moves to the next row. False at the end. */
    boolean next();

    /**
     * The value of a column, from 0, in the current row: Boolean, Integer, Long, Float, Double, BigDecimal, String,
     * LocalDate, LocalTime, LocalDateTime, OffsetDateTime or a List of these; null is SQL's NULL. An interval is a text,
     * and so are the times that Java does not have, such as infinity.
     */
    @Nullable
    Object value(int column);

    /** Whether rows were left out because of the row limit; known at the end. */
    default boolean truncated() {
        return false;
    }

    /** Share of the work that is done, 0 to 1; empty while unknown. */
    default OptionalDouble progress() {
        return OptionalDouble.empty();
    }

    /** Writes all rows into a Parquet file, in place of {@link #start} and {@link #next}; returns how many there were. */
    default long writeParquet(Path file) {
        throw new GatehouseException(
                ErrorCode.SQL_NOT_SUPPORTED, "These rows cannot be written as Parquet into %s.".formatted(file));
    }

    /** Stops the statement, whatever it is doing. */
    void cancel();

    @Override
    void close();
}
