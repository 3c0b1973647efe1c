package io.gatehouse.jdbc;

import io.gatehouse.client.Session;
import io.gatehouse.client.http.ServerSession;
import java.net.URI;
import java.net.URISyntaxException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sessions with servers. */
public final class ServerSessions implements SessionSource {
    @Override
    public Optional<Session> open(ConnectionSettings settings) throws SQLException {
        return settings.isRemote()
                ? Optional.of(ServerSession.connect(address(settings), settings.token()))
                : Optional.empty();
    }

    private static URI address(ConnectionSettings settings) throws SQLException {
        try {
            URI address = new URI((settings.tls() ? "https:" : "http:") + settings.target());
            if (!ServerSession.isServer(address)) {
                throw unknown(settings, null);
            }
            return address;
        } catch (URISyntaxException e) {
            throw unknown(settings, e);
        }
    }

    private static SQLException unknown(ConnectionSettings settings, @Nullable Throwable cause) {
        return SqlErrors.of(
                "08001", "A server is named //HOST:PORT, not %s.".formatted(settings.target()), false, cause);
    }
}
