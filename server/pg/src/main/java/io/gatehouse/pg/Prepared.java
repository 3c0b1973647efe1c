package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.catalog.Catalogue;
import io.gatehouse.pg.text.PgText;
import io.gatehouse.pg.text.SessionCommand;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.WireType;
import java.util.List;
import java.util.Optional;

/** A statement that a client has prepared: what answers it, and what it takes and returns once somebody has asked. */
final class Prepared {
    /** What answers a statement. */
    sealed interface Plan {}

    /** A text without a statement. */
    record Empty() implements Plan {}

    /** The session. */
    record Command(SessionCommand command) implements Plan {}

    /** The engine. */
    record Engine(PgText text, PgText.Spelled spelled) implements Plan {}

    /** The catalogue. */
    record Catalogued(PgText text, PgText.Spelled spelled, Catalogue.Query query) implements Plan {}

    /**
     * What a statement takes and returns.
     *
     * @param fields empty if it returns no rows
     */
    record Shape(List<WireType> parameters, Optional<List<Field>> fields) {
        Shape {
            parameters = List.copyOf(parameters);
            requireNonNull(fields, "fields is null");
        }
    }

    private final Plan plan;
    private final List<Integer> declared;
    private Optional<Shape> shape = Optional.empty();

    /** @param declared OIDs of the parameters that the client has named; 0 for those that it leaves open */
    Prepared(Plan plan, List<Integer> declared) {
        this.plan = requireNonNull(plan, "plan is null");
        this.declared = List.copyOf(declared);
    }

    Plan plan() {
        return plan;
    }

    /** Whether it returns the rows of the engine or the catalogue. */
    boolean isQuery() {
        return plan instanceof Engine || plan instanceof Catalogued;
    }

    /** How many values a client has to give. */
    int parameterCount() {
        if (plan instanceof Engine engine) {
            return engine.spelled().parameterCount();
        }
        return plan instanceof Catalogued catalogued ? catalogued.spelled().parameterCount() : 0;
    }

    /** The OID that the client has named for a parameter, from 1; 0 for none. */
    int declared(int number) {
        return number <= declared.size() ? declared.get(number - 1) : 0;
    }

    Optional<Shape> shape() {
        return shape;
    }

    void remember(Shape known) {
        shape = Optional.of(known);
    }
}
