package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.text.PgText;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.Formats;
import io.gatehouse.pg.wire.Message;
import io.gatehouse.pg.wire.ParameterReader;
import io.gatehouse.pg.wire.ProtocolViolation;
import io.gatehouse.pg.wire.Responses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The messages of extended queries: a statement is prepared (P), bound to values as a portal (B), described (D), executed
 * up to a number of rows (E), and closed (C). The session answers their end (S), and skips to it after an error.
 */
final class ExtendedProtocol {
    private final Responses out;
    private final Statements statements;
    private final Portals portals;
    private final Execution execution;
    private final SessionCommands commands;

    ExtendedProtocol(
            Responses out, Statements statements, Portals portals, Execution execution, SessionCommands commands) {
        this.out = requireNonNull(out, "out is null");
        this.statements = requireNonNull(statements, "statements is null");
        this.portals = requireNonNull(portals, "portals is null");
        this.execution = requireNonNull(execution, "execution is null");
        this.commands = requireNonNull(commands, "commands is null");
    }

    /** Answers a message of type P, B, D, E or C. */
    void answer(Message message) throws IOException {
        switch (message.type()) {
            case 'P' -> parse(message);
            case 'B' -> bind(message);
            case 'D' -> describe(message);
            case 'E' -> execute(message);
            case 'C' -> close(message);
            default -> throw new ProtocolViolation("message '%s' is not of extended queries".formatted(message.type()));
        }
    }

    /** Parse: name, text, number of types of parameters and their OIDs. */
    private void parse(Message message) throws IOException {
        String name = message.string();
        String sql = message.string();
        List<Integer> declared = new ArrayList<>();
        for (int left = message.count(); left > 0; left--) {
            declared.add(message.int32());
        }
        message.requireEnd();
        List<PgText> texts = PgText.statements(sql);
        if (texts.size() > 1) {
            throw new PgError("42601", "A prepared statement is one statement, not %d.".formatted(texts.size()));
        }
        statements.keep(
                name,
                texts.isEmpty()
                        ? new Prepared(new Prepared.Empty(), declared)
                        : statements.plan(texts.get(0), declared));
        out.parsed();
    }

    /** Bind: portal, statement, formats of the parameters, their values, formats of the columns. */
    private void bind(Message message) throws IOException {
        String portal = message.string();
        Prepared statement = statements.get(message.string());
        Formats given = Formats.read(message);
        int count = message.count();
        List<byte @Nullable []> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(message.value());
        }
        Formats wanted = Formats.read(message);
        message.requireEnd();
        if (!given.fits(count)) {
            throw new ProtocolViolation(
                    "%d formats for %d parameters".formatted(given.codes().size(), count));
        }
        if (count != statement.parameterCount()) {
            throw new PgError(
                    "08P01",
                    "The statement has %d parameters, but %d values were given."
                            .formatted(statement.parameterCount(), count));
        }
        portals.open(portal, new Portal(statement, decoded(statement, given, values), wanted, false));
        out.bound();
    }

    private List<@Nullable Object> decoded(Prepared statement, Formats formats, List<byte @Nullable []> values) {
        List<@Nullable Object> decoded = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            byte[] value = values.get(i);
            decoded.add(
                    value == null
                            ? null
                            : ParameterReader.read(
                                    i + 1, statements.parameterType(statement, i + 1), formats.isBinary(i), value));
        }
        return decoded;
    }

    /** Describe: of a statement (S) its parameters and columns, of a portal (P) its columns. */
    private void describe(Message message) throws IOException {
        int kind = message.int8();
        String name = message.string();
        message.requireEnd();
        if (kind == 'S') {
            Prepared statement = statements.get(name);
            Prepared.Shape shape = statements.shape(statement);
            out.parameters(shape.parameters());
            describe(commanded(statement).or(shape::fields), Formats.TEXT);
        } else {
            Portal portal = portals.get(name);
            describe(fields(portal), portal.formats());
        }
    }

    private Optional<List<Field>> commanded(Prepared statement) {
        return statement.plan() instanceof Prepared.Command command
                ? commands.fields(command.command())
                : Optional.empty();
    }

    /** The columns of a portal. Its query begins to run, so that what fails does so here. */
    private Optional<List<Field>> fields(Portal portal) {
        return portal.statement().isQuery()
                ? Optional.of(execution.begin(portal).fields())
                : commanded(portal.statement());
    }

    /** RowDescription, or NoData. */
    private void describe(Optional<List<Field>> fields, Formats formats) throws IOException {
        if (fields.isPresent()) {
            out.rowDescription(fields.orElseThrow(), Execution.fitting(formats, fields.orElseThrow()));
        } else {
            out.noData();
        }
    }

    /** Execute: portal, and the number of rows at most; 0 for all. */
    private void execute(Message message) throws IOException {
        String name = message.string();
        int most = message.int32();
        message.requireEnd();
        run(portals.get(name), most <= 0 ? Long.MAX_VALUE : most);
    }

    private void run(Portal portal, long most) throws IOException {
        if (portal.statement().plan() instanceof Prepared.Empty) {
            out.emptyQuery();
        } else if (portal.statement().plan() instanceof Prepared.Command command) {
            if (portal.isFinished()) {
                throw new PgError("55000", "The portal has run already.");
            }
            commands.run(command.command(), portal, false);
            portal.finish();
        } else {
            long count = execution.send(portal, portal.formats(), most);
            if (portal.isFinished()) {
                out.complete("SELECT " + count);
            } else {
                out.suspended();
            }
        }
    }

    /** Close: of a statement (S) or a portal (P). One that is not there is closed, too. */
    private void close(Message message) throws IOException {
        int kind = message.int8();
        String name = message.string();
        message.requireEnd();
        if (kind == 'S') {
            statements.forget(name);
        } else {
            portals.close(name);
        }
        out.closed();
    }
}
