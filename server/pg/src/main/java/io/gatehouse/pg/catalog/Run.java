package io.gatehouse.pg.catalog;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One evaluation of a query: its parameters, the rows of its WITH items, and what it has used of its allowance. */
final class Run {
    /** Values in rows that a query may make; each takes 4 bytes of memory, for as long as the row is needed. */
    private static final long MAX_VALUES = 20_000_000;

    /** Characters of a text that a query may make. */
    private static final int MAX_TEXT = 1_000_000;

    private final List<@Nullable Object> parameters;
    private final long deadline;
    private final IdentityHashMap<Object, List<@Nullable Object[]>> working = new IdentityHashMap<>();
    private volatile boolean cancelled;
    private long values;
    private int steps;

    Run(List<? extends @Nullable Object> parameters, Duration limit) {
        this.parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    @Nullable
    Object parameter(int index) {
        return parameters.get(index);
    }

    /** The rows of a WITH item, by the item. */
    List<@Nullable Object[]> rows(Object item) {
        return working.getOrDefault(item, List.of());
    }

    void setRows(Object item, List<@Nullable Object[]> rows) {
        working.put(item, rows);
    }

    void cancel() {
        cancelled = true;
    }

    /** Counts a row of so many values. */
    void step(int width) {
        values += width + 1;
        if (values > MAX_VALUES) {
            throw new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE, "A query of the catalogue may make %,d values.".formatted(MAX_VALUES));
        }
        if ((++steps & 0x3ff) == 0) {
            check();
        }
    }

    private void check() {
        if (cancelled) {
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.");
        }
        if (System.nanoTime() - deadline > 0) {
            throw new GatehouseException(
                    ErrorCode.QUERY_TIMEOUT, "The query of the catalogue ran longer than its limit.");
        }
    }

    /** A text that was made, if it is not too long. */
    static String bounded(CharSequence text) {
        if (text.length() > MAX_TEXT) {
            throw new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE, "A text of the catalogue may have %,d characters.".formatted(MAX_TEXT));
        }
        return text.toString();
    }
}
