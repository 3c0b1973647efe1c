package io.gatehouse.jdbc;

import io.gatehouse.client.Session;
import java.sql.Connection;
import java.util.Optional;

/** Connections without a URL. */
public final class Connections {
    private Connections() {}

    /**
     * A connection over a session, which it closes.
     *
     * @param name what stands in the URL in place of a file
     */
    public static Connection over(Session session, String name) {
        ConnectionSettings settings = new ConnectionSettings(
                ConnectionSettings.PREFIX + name,
                name,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                false);
        return new GatehouseConnection(session, settings);
    }
}
