package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.ParameterName;
import io.gatehouse.client.StatementShape;
import io.gatehouse.pg.catalog.Catalogue;
import io.gatehouse.pg.text.PgText;
import io.gatehouse.pg.text.SessionCommand;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.WireType;
import io.gatehouse.server.query.ServedSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides who answers a statement (the session, the catalogue, or the engine), finds out what it takes and returns, and
 * keeps those that a client has prepared under a name.
 */
final class Statements {
    /** As many as a session may have prepared at a time. */
    private static final int MAX_STATEMENTS = 1000;

    private final ServedSession session;
    private final Catalogue catalogue;
    private final Settings settings;
    private final Transaction transaction;
    private final Work work;
    private final Map<String, Prepared> named = new HashMap<>();

    Statements(ServedSession session, Catalogue catalogue, Settings settings, Transaction transaction, Work work) {
        this.session = requireNonNull(session, "session is null");
        this.catalogue = requireNonNull(catalogue, "catalogue is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.transaction = requireNonNull(transaction, "transaction is null");
        this.work = requireNonNull(work, "work is null");
    }

    // Prepared statements by name.

    /** @throws PgError 26000 if there is none of that name */
    Prepared get(String name) {
        Prepared found = named.get(name);
        if (found == null) {
            throw new PgError("26000", "There is no prepared statement \"%s\".".formatted(name));
        }
        return found;
    }

    /** Keeps a statement under a free name; one without a name replaces the last such. */
    void keep(String name, Prepared statement) {
        boolean taken = named.containsKey(name);
        if (taken && !name.isEmpty()) {
            throw new PgError("42P05", "The prepared statement \"%s\" exists already.".formatted(name));
        }
        if (!taken && named.size() >= MAX_STATEMENTS) {
            throw new PgError("54000", "A session may have %,d prepared statements.".formatted(MAX_STATEMENTS));
        }
        named.put(name, statement);
    }

    void forget(String name) {
        named.remove(name);
    }

    void forgetAll() {
        named.clear();
    }

    // What answers a statement, and with what.

    /** Plans a statement that has no parameters. */
    Prepared plan(PgText text) {
        return plan(text, List.of());
    }

    /** @param declared OIDs of the parameters that the client has named; 0 for those that it leaves open */
    Prepared plan(PgText text, List<Integer> declared) {
        Optional<SessionCommand> command = SessionCommand.parse(text);
        if (command.isPresent()) {
            return new Prepared(new Prepared.Command(command.orElseThrow()), declared);
        }
        work.at(text);
        PgText.Spelled spelled = text.spelled(Set.of(settings.database()));
        List<Optional<WireType>> types = declared.stream()
                .map(oid -> oid == PgType.UNKNOWN.oid() ? Optional.<WireType>empty() : WireType.find(oid))
                .toList();
        return new Prepared(
                catalogue
                        .find(text, spelled, types)
                        .<Prepared.Plan>map(query -> new Prepared.Catalogued(text, spelled, query))
                        .orElseGet(() -> new Prepared.Engine(text, spelled)),
                declared);
    }

    /** What a statement takes and returns; that of one about the session is known when it runs. */
    Prepared.Shape shape(Prepared statement) {
        if (statement.shape().isPresent()) {
            return statement.shape().orElseThrow();
        }
        if (statement.plan() instanceof Prepared.Engine engine) {
            Prepared.Shape shape = shape(statement, engine);
            statement.remember(shape);
            return shape;
        }
        return statement.plan() instanceof Prepared.Catalogued catalogued
                ? new Prepared.Shape(
                        catalogued.query().parameters(),
                        Optional.of(catalogued.query().fields()))
                : new Prepared.Shape(List.of(), Optional.empty());
    }

    private Prepared.Shape shape(Prepared statement, Prepared.Engine engine) {
        transaction.requireNotFailed();
        work.at(engine.text());
        StatementShape shape = session.shape(engine.spelled().sql());
        if (!shape.names().isEmpty()) {
            throw new PgError(
                    "0A000",
                    "Parameters have no names here; write $1 in the place of %s."
                            .formatted(ParameterName.label(shape.names(), 0)));
        }
        List<WireType> types = new ArrayList<>();
        for (int number = 1; number <= engine.spelled().parameterCount(); number++) {
            int place = engine.spelled().parameters().indexOf(number);
            WireType own = place < 0
                    ? WireType.of(PgType.TEXT)
                    : WireType.of(shape.parameters().get(place));
            int declared = statement.declared(number);
            types.add(declared == 0 ? own : WireType.find(declared).orElse(own));
        }
        List<Field> fields = shape.columns().stream()
                .map(column -> new Field(column.name(), WireType.of(column.type())))
                .toList();
        return new Prepared.Shape(types, Optional.of(fields));
    }

    /** The type that the client has named for a parameter, from 1; else that which the statement gives it. */
    WireType parameterType(Prepared statement, int number) {
        int declared = statement.declared(number);
        if (declared != 0 && declared != PgType.UNKNOWN.oid()) {
            return WireType.find(declared)
                    .orElseThrow(() -> new PgError(
                            "0A000",
                            "Parameter %d has the type with OID %d, which is not known here."
                                    .formatted(number, declared)));
        }
        return shape(statement).parameters().get(number - 1);
    }
}
