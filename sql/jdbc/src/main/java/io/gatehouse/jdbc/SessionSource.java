package io.gatehouse.jdbc;

import io.gatehouse.client.Session;
import io.gatehouse.error.GatehouseException;
import java.sql.SQLException;
import java.util.Optional;

/** Opens sessions for one kind of URL; found as a service. */
public interface SessionSource {
    /**
     * A session, or empty if the URL is of another kind.
     *
     * @throws GatehouseException if there is nothing to have a session with
     * @throws SQLException if the settings cannot be understood
     */
    Optional<Session> open(ConnectionSettings settings) throws SQLException;
}
