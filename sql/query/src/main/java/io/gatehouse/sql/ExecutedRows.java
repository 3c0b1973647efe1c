package io.gatehouse.sql;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The rows of an engine, read forward by one thread. */
public interface ExecutedRows {
    /** Moves to the next row; false at the end. */
    boolean next() throws SQLException;

    /** The value of a column, from 0, in the current row, as {@link QueryResult#value} has it. */
    @Nullable
    Object value(int column) throws SQLException;
}
