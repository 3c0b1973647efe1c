package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.wire.Formats;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A statement with values for its parameters, and its rows once it has begun; also a cursor. */
final class Portal {
    private final Prepared statement;
    private final List<@Nullable Object> values;
    private final Formats formats;
    private final boolean holdable;
    private Optional<ResultRows> rows = Optional.empty();
    private Optional<RuntimeException> failure = Optional.empty();
    private boolean finished;

    /**
     * @param values of the parameters, by number
     * @param holdable whether it outlives the transaction
     */
    Portal(Prepared statement, List<@Nullable Object> values, Formats formats, boolean holdable) {
        this.statement = requireNonNull(statement, "statement is null");
        this.values = Collections.unmodifiableList(new ArrayList<>(values));
        this.formats = requireNonNull(formats, "formats is null");
        this.holdable = holdable;
    }

    /** A query without parameters, whose rows are read at once. */
    static Portal of(Prepared statement) {
        return new Portal(statement, List.of(), Formats.TEXT, false);
    }

    Prepared statement() {
        return statement;
    }

    List<@Nullable Object> values() {
        return values;
    }

    Formats formats() {
        return formats;
    }

    boolean isHoldable() {
        return holdable;
    }

    /** Its rows, if it has begun. */
    Optional<ResultRows> rows() {
        failure.ifPresent(reason -> {
            throw reason;
        });
        return rows;
    }

    boolean has(ResultRows opened) {
        return rows.filter(open -> open == opened).isPresent();
    }

    void begin(ResultRows opened) {
        rows = Optional.of(opened);
    }

    /** Whether all rows have been sent. */
    boolean isFinished() {
        return finished;
    }

    /** Gives back what the rows hold; there are no more. */
    void finish() {
        finished = true;
        rows.ifPresent(ResultRows::close);
    }

    /** Ends it for a reason that the client learns when it asks for more. */
    void fail(RuntimeException reason) {
        failure = Optional.of(reason);
        rows.ifPresent(open -> open.fail(reason));
        finish();
    }

    void close() {
        finish();
    }
}
