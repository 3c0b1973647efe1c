package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.text.SessionCommand;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.Formats;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.Responses;
import io.gatehouse.pg.wire.WireType;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Runs statements about the session: transactions, settings, prepared statements, cursors and COPY. Each is answered by
 * CommandComplete with its tag; SHOW and FETCH by rows before it, and SET by ParameterStatus where clients want to know.
 */
final class SessionCommands {
    private final Responses out;
    private final Settings settings;
    private final Transaction transaction;
    private final Statements statements;
    private final Portals portals;
    private final Execution execution;
    private final CopyOut copies;

    SessionCommands(
            Responses out,
            Settings settings,
            Transaction transaction,
            Statements statements,
            Portals portals,
            Execution execution) {
        this.out = requireNonNull(out, "out is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.transaction = requireNonNull(transaction, "transaction is null");
        this.statements = requireNonNull(statements, "statements is null");
        this.portals = requireNonNull(portals, "portals is null");
        this.execution = requireNonNull(execution, "execution is null");
        this.copies = new CopyOut(execution, out);
    }

    /**
     * Runs a statement.
     *
     * @param portal of the statement itself, with the formats of the rows that it returns
     * @param simple whether rows are described before they are sent
     */
    void run(SessionCommand command, Portal portal, boolean simple) throws IOException {
        boolean ends = command instanceof SessionCommand.Commit
                || command instanceof SessionCommand.Rollback
                || command instanceof SessionCommand.RollbackTo;
        if (!ends) {
            transaction.requireNotFailed();
        }
        if (command instanceof SessionCommand.Begin) {
            transaction.begin();
            out.complete("BEGIN");
        } else if (command instanceof SessionCommand.Commit) {
            endTransaction(transaction.hasFailed() ? "ROLLBACK" : "COMMIT");
        } else if (command instanceof SessionCommand.Rollback) {
            endTransaction("ROLLBACK");
        } else if (command instanceof SessionCommand.RollbackTo) {
            rollbackTo();
        } else if (command instanceof SessionCommand.Savepoint savepoint) {
            out.complete(savepoint.tag());
        } else if (command instanceof SessionCommand.Listen listen) {
            out.complete(listen.tag());
        } else if (command instanceof SessionCommand.Set set) {
            settings.set(set.name(), set.value());
            report(set.name());
            out.complete("SET");
        } else if (command instanceof SessionCommand.Reset reset) {
            reset(reset.name());
            out.complete("RESET");
        } else if (command instanceof SessionCommand.Show show) {
            show(show, portal, simple);
        } else if (command instanceof SessionCommand.Discard discard) {
            discard(discard.what());
        } else if (command instanceof SessionCommand.Deallocate deallocate) {
            deallocate(deallocate.name());
        } else if (command instanceof SessionCommand.Declare declare) {
            declare(declare);
        } else if (command instanceof SessionCommand.Fetch fetch) {
            fetch(fetch, portal, simple);
        } else if (command instanceof SessionCommand.Close close) {
            close(close.name());
        } else if (command instanceof SessionCommand.Copy copy) {
            copies.copy(query(statements.plan(copy.query()), "COPY"), copy.options());
        }
    }

    /** The columns that a statement returns, or none. Those of FETCH are those of its cursor. */
    Optional<List<Field>> fields(SessionCommand command) {
        if (command instanceof SessionCommand.Show show) {
            Field setting = new Field(show.name(), WireType.of(PgType.TEXT));
            return Optional.of(
                    show.name().equals("all")
                            ? List.of(
                                    new Field("name", WireType.of(PgType.TEXT)),
                                    new Field("setting", WireType.of(PgType.TEXT)))
                            : List.of(setting));
        }
        if (command instanceof SessionCommand.Fetch fetch && !fetch.move()) {
            return portals.get(fetch.name()).rows().map(ResultRows::fields);
        }
        return Optional.empty();
    }

    // Transactions.

    private void endTransaction(String tag) throws IOException {
        transaction.end();
        portals.closeUnheld();
        out.complete(tag);
    }

    private void rollbackTo() throws IOException {
        if (!transaction.isOpen()) {
            throw new PgError("25P01", "There is no transaction to return to.");
        }
        transaction.begin();
        out.complete("ROLLBACK");
    }

    // Settings.

    /** ParameterStatus, if clients want to know this setting. */
    private void report(String name) throws IOException {
        for (String reported : settings.reported()) {
            if (reported.equalsIgnoreCase(name)) {
                out.parameter(reported, settings.find(name).orElse(""));
            }
        }
    }

    private void reset(String name) throws IOException {
        if (name.equals("all")) {
            settings.resetAll();
        } else {
            settings.reset(name);
        }
        for (String reported : settings.reported()) {
            report(reported);
        }
    }

    private void show(SessionCommand.Show show, Portal portal, boolean simple) throws IOException {
        List<List<String>> rows = show.name().equals("all")
                ? settings.all()
                : List.of(List.of(settings.find(show.name())
                        .orElseThrow(
                                () -> new PgError("42704", "There is no setting \"%s\".".formatted(show.name())))));
        ResultRows result = ResultRows.of(fields(show).orElseThrow(), rows);
        portal.begin(result);
        if (simple) {
            execution.describe(result, portal.formats());
        }
        execution.send(portal, portal.formats(), Long.MAX_VALUE);
        out.complete("SHOW");
    }

    private void discard(String what) throws IOException {
        if (what.equals("ALL")) {
            if (transaction.isOpen()) {
                throw new PgError("25001", "DISCARD ALL cannot run inside a transaction.");
            }
            portals.closeAll();
            statements.forgetAll();
            reset("all");
        }
        out.complete("DISCARD " + what);
    }

    // Prepared statements.

    private void deallocate(Optional<String> name) throws IOException {
        if (name.isEmpty()) {
            statements.forgetAll();
            out.complete("DEALLOCATE ALL");
        } else {
            statements.get(name.orElseThrow());
            statements.forget(name.orElseThrow());
            out.complete("DEALLOCATE");
        }
    }

    // Cursors.

    private void declare(SessionCommand.Declare declare) throws IOException {
        if (!transaction.isOpen() && !declare.hold()) {
            throw new PgError("25P01", "DECLARE CURSOR needs a transaction, or WITH HOLD.");
        }
        Prepared query = query(statements.plan(declare.query()), "A cursor");
        Formats formats = declare.binary() ? Formats.BINARY : Formats.TEXT;
        Portal cursor = new Portal(query, List.of(), formats, declare.hold());
        portals.open(declare.name(), cursor);
        try {
            execution.begin(cursor).pause();
        } catch (RuntimeException e) {
            portals.close(declare.name());
            throw e;
        }
        out.complete("DECLARE CURSOR");
    }

    /** @param asked the portal of FETCH itself, whose formats count; a simple query takes those of the cursor */
    private void fetch(SessionCommand.Fetch fetch, Portal asked, boolean simple) throws IOException {
        Portal cursor = portals.get(fetch.name());
        ResultRows rows = execution.begin(cursor);
        long most = fetch.count().orElse(Long.MAX_VALUE);
        if (fetch.move()) {
            out.complete("MOVE " + execution.read(cursor, most, passed -> {}));
            return;
        }
        Formats formats = simple ? cursor.formats() : asked.formats();
        if (simple) {
            execution.describe(rows, formats);
        }
        out.complete("FETCH " + execution.send(cursor, formats, most));
    }

    private void close(Optional<String> name) throws IOException {
        if (name.isEmpty()) {
            portals.closeAll();
            out.complete("CLOSE CURSOR ALL");
        } else {
            portals.get(name.orElseThrow());
            portals.close(name.orElseThrow());
            out.complete("CLOSE CURSOR");
        }
    }

    private static Prepared query(Prepared statement, String what) {
        if (!statement.isQuery() || statement.parameterCount() > 0) {
            throw new PgError("0A000", what + " takes a query without parameters.");
        }
        return statement;
    }
}
