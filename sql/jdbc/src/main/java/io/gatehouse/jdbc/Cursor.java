package io.gatehouse.jdbc;

import io.gatehouse.client.Rows;
import io.gatehouse.error.GatehouseException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The position of a result in its rows. */
final class Cursor {
    private enum Place {
        BEFORE,
        IN,
        AFTER
    }

    private final Rows rows;
    private final int columns;
    private Place place = Place.BEFORE;
    private long count;
    private boolean peeked;
    private boolean empty;
    private boolean wasNull;

    Cursor(Rows rows) {
        this.rows = rows;
        this.columns = rows.columns().size();
    }

    /** Moves to the next row. False at the end, however often it is called. */
    boolean next() throws SQLException {
        if (place == Place.AFTER) {
            return false;
        }
        boolean present = place == Place.BEFORE ? first() : moved();
        place = present ? Place.IN : Place.AFTER;
        count += present ? 1 : 0;
        return present;
    }

    /** Whether there is a first row, which is fetched once. */
    private boolean first() throws SQLException {
        if (!peeked) {
            peeked = true;
            empty = !moved();
        }
        return !empty;
    }

    private boolean moved() throws SQLException {
        try {
            return rows.next();
        } catch (GatehouseException e) {
            throw SqlErrors.of(e);
        }
    }

    /** The value of a column, from 1, in the current row. */
    @Nullable
    Object value(int column) throws SQLException {
        if (place != Place.IN) {
            throw SqlErrors.of("24000", "There is no current row.");
        }
        if (column < 1 || column > columns) {
            throw SqlErrors.of("07009", "There is no column %d; the result has %d.".formatted(column, columns));
        }
        try {
            Object value = rows.value(column - 1);
            wasNull = value == null;
            return value;
        } catch (GatehouseException e) {
            throw SqlErrors.of(e);
        }
    }

    /** Whether the last value read is NULL. */
    boolean wasNull() {
        return wasNull;
    }

    /** False for a result without rows: callers use it to find out. */
    boolean isBeforeFirst() throws SQLException {
        return place == Place.BEFORE && first();
    }

    boolean isFirst() {
        return place == Place.IN && count == 1;
    }

    boolean isAfterLast() {
        return place == Place.AFTER && count > 0;
    }

    /** The number of the current row, from 1; 0 where there is none. */
    int row() {
        return place == Place.IN ? (int) Math.min(count, Integer.MAX_VALUE) : 0;
    }
}
