package io.gatehouse.jdbc.remote;

import io.gatehouse.jdbc.Query;
import io.gatehouse.jdbc.ResultColumn;
import io.gatehouse.jdbc.Rows;
import io.gatehouse.jdbc.Session;
import io.gatehouse.jdbc.Shape;
import io.gatehouse.jdbc.Table;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A session with a server, which keeps nothing of it between two requests. */
final class ServerSession implements Session {
    private final ServerApi server;
    private final String version;
    private volatile boolean closed;

    private ServerSession(ServerApi server, String version) {
        this.server = server;
        this.version = version;
    }

    /** Asks the server for its version, and whether it takes the token. */
    static ServerSession open(ServerApi server) throws SQLException {
        String version = text(server.get("v1/health"), "version");
        server.get("v1/queries");
        return new ServerSession(server, version);
    }

    @Override
    public Rows query(Query query) {
        return new ServerRows(server, query);
    }

    @Override
    public Shape shape(String sql) throws SQLException {
        Map<String, Object> shape = server.post("v1/describe", Map.of("sql", sql));
        List<ResultColumn> columns = objects(shape, "columns").stream()
                .map(column -> new ResultColumn(text(column, "name"), text(column, "type")))
                .toList();
        List<String> parameters = ((List<?>) shape.getOrDefault("parameters", List.of()))
                .stream().map(String::valueOf).toList();
        return new Shape(columns, parameters);
    }

    @Override
    public List<Table> tables() throws SQLException {
        return objects(server.get("v1/schema"), "tables").stream()
                .map(ServerSession::table)
                .toList();
    }

    private static Table table(Map<?, ?> table) {
        List<Table.Column> columns = objects(table, "columns").stream()
                .map(column -> new Table.Column(
                        text(column, "name"),
                        text(column, "type"),
                        !Boolean.FALSE.equals(column.get("nullable")),
                        text(column, "comment")))
                .toList();
        return new Table(text(table, "name"), "view".equals(table.get("kind")), text(table, "comment"), columns);
    }

    private static List<Map<?, ?>> objects(Map<?, ?> json, String field) {
        List<?> list = json.get(field) instanceof List<?> present ? present : List.of();
        return list.stream()
                .<Map<?, ?>>map(element -> element instanceof Map<?, ?> object ? object : Map.of())
                .toList();
    }

    private static String text(Map<?, ?> json, String field) {
        return json.get(field) instanceof String text ? text : "";
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public boolean isAlive(Duration timeout) {
        try {
            return !closed && !server.get("v1/health", timeout).isEmpty();
        } catch (SQLException e) {
            // Whatever it is, statements will fail in the same way.
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
