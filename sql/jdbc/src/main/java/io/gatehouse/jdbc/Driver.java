package io.gatehouse.jdbc;

import io.gatehouse.client.Session;
import io.gatehouse.error.GatehouseException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Connects to {@code jdbc:gatehouse:FILE}, a file that this process opens, or {@code jdbc:gatehouse://HOST:PORT}, a
 * server.
 */
public final class Driver implements java.sql.Driver {
    static {
        register();
    }

    private static void register() {
        try {
            DriverManager.registerDriver(new Driver());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean acceptsURL(@Nullable String url) {
        return url != null && url.startsWith(ConnectionSettings.PREFIX);
    }

    @Override
    public @Nullable Connection connect(String url, @Nullable Properties properties) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        ConnectionSettings settings = ConnectionSettings.of(url, properties == null ? new Properties() : properties);
        for (SessionSource source : ServiceLoader.load(SessionSource.class, Driver.class.getClassLoader())) {
            Optional<Session> session = opened(source, settings);
            if (session.isPresent()) {
                Session opened = session.get();
                return new GatehouseConnection(settings.listsAsText() ? new TextListSession(opened) : opened, settings);
            }
        }
        throw SqlErrors.of(
                "08001",
                "%s is a file, which needs all of Gatehouse on the class path; of a server the URL is jdbc:gatehouse://HOST:PORT."
                        .formatted(settings.target()));
    }

    private static Optional<Session> opened(SessionSource source, ConnectionSettings settings) throws SQLException {
        try {
            return source.open(settings);
        } catch (GatehouseException e) {
            throw SqlErrors.of(e);
        }
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, @Nullable Properties properties) {
        return ConnectionSettings.KEYS.entrySet().stream()
                .map(key -> {
                    String value = properties == null ? null : properties.getProperty(key.getKey());
                    DriverPropertyInfo info = new DriverPropertyInfo(key.getKey(), value);
                    info.description = key.getValue();
                    return info;
                })
                .toArray(DriverPropertyInfo[]::new);
    }

    @Override
    public int getMajorVersion() {
        return part(version(), 0);
    }

    @Override
    public int getMinorVersion() {
        return part(version(), 1);
    }

    /** The version of this driver, from its jar. */
    static String version() {
        return Optional.ofNullable(Driver.class.getPackage().getImplementationVersion())
                .orElse("0.0");
    }

    /** A number of a version such as 0.1.0-SNAPSHOT; 0 if it is missing. */
    static int part(String version, int index) {
        String[] parts = version.split("[.-]", -1);
        return index < parts.length && parts[index].matches("\\d{1,9}") ? Integer.parseInt(parts[index]) : 0;
    }

    /** JDBC requires all of SQL-92, writing included. */
    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("io.gatehouse.jdbc");
    }
}
