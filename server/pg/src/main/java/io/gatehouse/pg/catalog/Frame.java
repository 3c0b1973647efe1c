package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What expressions of one query level are evaluated on: the current row, and the level around it. */
final class Frame {
    private final Run run;
    private final @Nullable Frame outer;
    private @Nullable Object[] row = {};
    /** The rows of the current group. */
    private List<@Nullable Object[]> group = List.of();
    /** The values of window functions for the current row. */
    private @Nullable Object[] windows = {};
    /** The current elements of set-returning functions. */
    private @Nullable Object[] series = {};

    Frame(Run run, @Nullable Frame outer) {
        this.run = requireNonNull(run, "run is null");
        this.outer = outer;
    }

    Run run() {
        return run;
    }

    @Nullable
    Frame outer() {
        return outer;
    }

    Frame up(int levels) {
        Frame frame = this;
        for (int i = 0; i < levels; i++) {
            frame = requireNonNull(frame.outer, "no such level");
        }
        return frame;
    }

    @Nullable
    Object[] row() {
        return row;
    }

    void setRow(@Nullable Object[] current) {
        row = current;
    }

    List<@Nullable Object[]> group() {
        return group;
    }

    void setGroup(List<@Nullable Object[]> current) {
        group = current;
    }

    @Nullable
    Object window(int index) {
        return windows[index];
    }

    void setWindows(@Nullable Object[] current) {
        windows = current;
    }

    @Nullable
    Object series(int index) {
        return series[index];
    }

    void setSeries(@Nullable Object[] current) {
        series = current;
    }
}
