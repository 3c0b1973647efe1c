package io.gatehouse.sql.jdbc;

import io.gatehouse.jdbc.Connections;
import io.gatehouse.sql.EngineSession;
import io.gatehouse.sql.QueryEngine;
import java.sql.Connection;

/** JDBC connections over an existing engine. */
public final class EngineConnections {
    private EngineConnections() {}

    /** A connection that leaves the engine open. */
    public static Connection over(QueryEngine engine) {
        return Connections.over(new EngineSession(engine, () -> {}), "engine");
    }
}
