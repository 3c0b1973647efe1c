package io.gatehouse.pg;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.pg.text.PgText;
import io.gatehouse.sql.parse.Lines;
import java.util.Optional;
import java.util.OptionalInt;

/** What a session does at the moment: the statement, for the place of an error in it, and how to cancel it. */
final class Work {
    private Optional<PgText> statement = Optional.empty();
    private volatile Runnable cancellation = Work::nothing;
    private volatile Optional<ResultRows> rows = Optional.empty();

    /** This statement is planned or run from now on. */
    void at(PgText text) {
        statement = Optional.of(text);
    }

    void cancelBy(Runnable end) {
        cancellation = end;
    }

    /** These rows are read and sent from now on. */
    void reads(ResultRows opened) {
        rows = Optional.of(opened);
        cancellation = opened::cancel;
    }

    /** The message is answered. */
    void done() {
        statement = Optional.empty();
        cancellation = Work::nothing;
        rows = Optional.empty();
    }

    /** Cancels what runs, if anything does, from any thread. */
    void cancel() {
        cancellation.run();
    }

    private static void nothing() {}

    boolean isReading(ResultRows asked) {
        return rows.filter(open -> open == asked).isPresent();
    }

    /** The place of an error in the text of the client, in characters from 1. */
    OptionalInt position(GatehouseException error) {
        if (error.position().isEmpty() || statement.isEmpty()) {
            return OptionalInt.empty();
        }
        TextRange range = error.position().orElseThrow();
        PgText text = statement.orElseThrow();
        int offset = text.start() + new Lines(text.text()).offset(range.line(), range.column());
        String source = text.source();
        return OptionalInt.of(source.codePointCount(0, Math.min(offset, source.length())) + 1);
    }
}
