package io.gatehouse.jdbc;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of one statement, read forward by one thread. Any thread may cancel. */
public interface Rows extends AutoCloseable {
    /** Runs the statement until it has a first row or none; what is wrong with it is thrown from here. */
    void start() throws SQLException;

    /** The columns, once the statement has been started. */
    List<ResultColumn> columns();

    /** Moves to the next row. False at the end. */
    boolean next() throws SQLException;

    /**
     * The value of a column, from 0, in the current row: Boolean, Integer, Long, Float, Double, BigDecimal, String,
     * LocalDate, LocalTime, LocalDateTime, OffsetDateTime or a List of these; null is SQL's NULL.
     */
    @Nullable
    Object value(int column) throws SQLException;

    /** Stops the statement, whatever it is doing. */
    void cancel() throws SQLException;

    @Override
    void close() throws SQLException;
}
