package io.gatehouse.client.http;

import io.gatehouse.client.Column;
import io.gatehouse.client.ParameterName;
import io.gatehouse.client.Query;
import io.gatehouse.client.Relation;
import io.gatehouse.client.ResultColumn;
import io.gatehouse.client.Rows;
import io.gatehouse.client.Session;
import io.gatehouse.client.StatementShape;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.type.SqlType;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A session with a server, which keeps no state of it between requests. */
public final class ServerSession implements Session {
    private final ServerApi server;
    private final String version;
    private volatile boolean closed;

    private ServerSession(ServerApi server, String version) {
        this.server = server;
        this.version = version;
    }

    /** Whether an address has a host, and no path or user. */
    public static boolean isServer(URI address) {
        String path = Optional.ofNullable(address.getPath()).orElse("");
        return address.getHost() != null && address.getUserInfo() == null && (path.isEmpty() || path.equals("/"));
    }

    /**
     * Asks the server for its version, and whether it takes the token.
     *
     * @param address such as {@code http://127.0.0.1:8080}
     * @throws GatehouseException SERVER_NOT_FOUND, CONNECTION_LOST or UNAUTHORIZED
     */
    public static ServerSession connect(URI address, Optional<String> token) {
        ServerApi server = new ServerApi(address, token);
        String version = JsonFields.text(server.get("v1/health"), "version");
        server.get("v1/queries");
        return new ServerSession(server, version);
    }

    @Override
    public Rows query(Query query) {
        return new ServerRows(server, query);
    }

    @Override
    public StatementShape shape(String sql) {
        Map<String, Object> shape = server.post("v1/describe", Map.of("sql", sql));
        List<ResultColumn> columns = JsonFields.objects(shape, "columns").stream()
                .map(column -> new ResultColumn(JsonFields.text(column, "name"), type(column)))
                .toList();
        List<SqlType> parameters = ((List<?>) shape.getOrDefault("parameters", List.of()))
                .stream().map(String::valueOf).map(SqlType::of).toList();
        List<ParameterName> names = JsonFields.objects(shape, "named").stream()
                .map(parameter -> new ParameterName(
                        JsonFields.text(parameter, "name"),
                        Optional.of(JsonFields.text(parameter, "column")).filter(column -> !column.isEmpty())))
                .toList();
        return new StatementShape(columns, parameters, names.size() == parameters.size() ? names : List.of());
    }

    private static SqlType type(Map<?, ?> column) {
        return SqlType.of(JsonFields.text(column, "type"));
    }

    @Override
    public List<Relation> relations() {
        return JsonFields.objects(server.get("v1/schema"), "tables").stream()
                .map(ServerSession::relation)
                .toList();
    }

    private static Relation relation(Map<?, ?> relation) {
        List<Column> columns = JsonFields.objects(relation, "columns").stream()
                .map(column -> new Column(
                        JsonFields.text(column, "name"),
                        type(column),
                        !Boolean.FALSE.equals(column.get("nullable")),
                        JsonFields.text(column, "comment")))
                .toList();
        return new Relation(
                JsonFields.text(relation, "name"),
                "view".equals(relation.get("kind")),
                JsonFields.text(relation, "comment"),
                columns);
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public boolean isAlive(Duration timeout) {
        try {
            return !closed && !server.get("v1/health", timeout).isEmpty();
        } catch (GatehouseException e) {
            // Statements would fail in the same way.
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
