package io.gatehouse.jdbc;

import java.sql.SQLException;
import java.util.Optional;

/** Opens sessions for one kind of URL; found as a service. */
public interface SessionSource {
    /** A session, or empty if the URL is of another kind. */
    Optional<Session> open(ConnectionSettings settings) throws SQLException;
}
