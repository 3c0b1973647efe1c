package io.gatehouse.jdbc.remote;

import io.gatehouse.jdbc.ConnectionSettings;
import io.gatehouse.jdbc.Session;
import io.gatehouse.jdbc.SessionSource;
import java.sql.SQLException;
import java.util.Optional;

/** Sessions with servers. */
public final class ServerSessions implements SessionSource {
    @Override
    public Optional<Session> open(ConnectionSettings settings) throws SQLException {
        return settings.isRemote() ? Optional.of(ServerSession.open(ServerApi.of(settings))) : Optional.empty();
    }
}
