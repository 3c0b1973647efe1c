package io.gatehouse.sql.decision;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.deadline.Deadline;
import io.gatehouse.sql.deadline.StopCondition;
import io.gatehouse.sql.driver.DriverConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What Java functions read, on connections of their own, while a statement runs that calls them. DuckDB tells a function
 * neither which statement calls it nor that this was interrupted. So such a statement has a name, which it passes to its
 * functions as a variable of its connection. Safe for use by many threads.
 */
public final class FunctionReads {
    private final Map<String, OfStatement> statements = new ConcurrentHashMap<>();

    /** The reads of one statement. */
    public static final class OfStatement {
        private final StopCondition stopCondition;
        private final Set<DriverConnection> connections = ConcurrentHashMap.newKeySet();
        private volatile @Nullable GatehouseException failure;

        public OfStatement(StopCondition stopCondition) {
            this.stopCondition = requireNonNull(stopCondition, "stopCondition is null");
        }

        /** Throws if the statement is to end. */
        void checkStopped() {
            stopCondition.checkStopped();
        }

        /** Adds a connection that is interrupted with the statement. */
        void begin(DriverConnection connection) {
            connections.add(connection);
            checkStopped();
        }

        void end(DriverConnection connection) throws SQLException {
            connections.remove(connection);
            connection.close();
        }

        /** Interrupts what the functions of the statement read. */
        public void interrupt() {
            connections.forEach(DriverConnection::interrupt);
        }

        /** Keeps why a function failed, of which DuckDB passes on the text only. */
        void fail(GatehouseException reason) {
            failure = reason;
        }

        /** Why a function failed, if one has. */
        public Optional<GatehouseException> failure() {
            return Optional.ofNullable(failure);
        }
    }

    /** Adds a statement and returns its name. */
    public String add(OfStatement statement) {
        String name = UUID.randomUUID().toString();
        statements.put(name, statement);
        return name;
    }

    /** Forgets a statement, which has ended. */
    public void remove(String name) {
        statements.remove(name);
    }

    /** The reads of a statement. One of another engine over the same database has no name here, and cannot be stopped. */
    OfStatement of(String name) {
        OfStatement known = statements.get(name);
        return known == null ? new OfStatement(new StopCondition(Deadline.in(Duration.ofDays(1)))) : known;
    }
}
