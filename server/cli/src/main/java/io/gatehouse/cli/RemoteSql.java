package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.QueryLimits;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;

/** A server that answers statements, asked through the JDBC driver. */
final class RemoteSql implements AnswersSql, AutoCloseable {
    private final Connection connection;
    private final QueryLimits limits;

    private RemoteSql(Connection connection, QueryLimits limits) {
        this.connection = requireNonNull(connection, "connection is null");
        this.limits = requireNonNull(limits, "limits is null");
    }

    /**
     * Connects.
     *
     * @param uri such as {@code http://127.0.0.1:8080}
     * @throws GatehouseException INVALID_ARGUMENT if that is no address of a server, or none answers there
     */
    static RemoteSql connect(URI uri, Optional<String> token, QueryLimits limits) {
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("");
        boolean named = uri.getHost() != null
                && uri.getUserInfo() == null
                && Optional.ofNullable(uri.getPath()).orElse("").matches("/?");
        if (!named || (!scheme.equals("http") && !scheme.equals("https"))) {
            // Not the address itself, which may have a password in it.
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--url takes the address of a server, such as http://127.0.0.1:8080");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        Properties properties = new Properties();
        properties.setProperty("tls", Boolean.toString(scheme.equals("https")));
        token.ifPresent(secret -> properties.setProperty("token", secret));
        try {
            return new RemoteSql(
                    DriverManager.getConnection("jdbc:gatehouse://%s:%d".formatted(uri.getHost(), port), properties),
                    limits);
        } catch (SQLException e) {
            throw translate(e);
        }
    }

    @Override
    public AnsweredRows ask(String sql) {
        try {
            return new RemoteRows(connection.createStatement(), sql, limits);
        } catch (SQLException e) {
            throw translate(e);
        }
    }

    /** The driver tells codes by their SQLSTATE; where several share one, the first of them stands for its kind. */
    static GatehouseException translate(SQLException e) {
        ErrorCode code = e instanceof SQLTimeoutException
                ? ErrorCode.QUERY_TIMEOUT
                : Arrays.stream(ErrorCode.values())
                        .filter(known -> known.sqlState().equals(e.getSQLState()))
                        .findFirst()
                        .orElse(ErrorCode.INVALID_ARGUMENT);
        return new GatehouseException(code, String.valueOf(e.getMessage()), e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw translate(e);
        }
    }
}
