package io.gatehouse.server;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.AddressConnections;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.HttpLimits;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Jetty at a port that is open already: HTTP/1.1 only, with or without TLS. */
final class HttpPort extends ServerConnector {
    private static final Duration IDLE_WHEN_STOPPING = Duration.ofMillis(250);

    private final Duration headTime;
    private final AddressConnections addresses;

    private HttpPort(Server server, HttpLimits limits, ConnectionFactory... factories) {
        super(server, 1, 1, factories);
        this.headTime = limits.headTime();
        this.addresses = new AddressConnections(limits.connectionsOfAddress());
        setShutdownIdleTimeout(IDLE_WHEN_STOPPING.toMillis());
    }

    /** @param context certificate and key; empty for a port without TLS */
    static HttpPort of(
            Server server,
            HttpConfiguration http,
            HttpLimits limits,
            Optional<SslContextFactory.Server> context,
            ServerSocketChannel channel) {
        HttpPort port = context.map(secret -> new HttpPort(server, limits, secured(http, secret)))
                .orElseGet(() -> new HttpPort(server, limits, new HttpConnectionFactory(http)));
        try {
            port.open(channel);
        } catch (IOException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "Cannot use the port that was opened.", e);
        }
        return port;
    }

    /** Reads the keys before the server starts, so that an error in them is reported by itself. */
    static SslContextFactory.Server context(Tls tls) {
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStore(tls.keys());
        context.setKeyStorePassword(tls.password());
        return context;
    }

    private static ConnectionFactory[] secured(HttpConfiguration http, SslContextFactory.Server context) {
        HttpConfiguration https = new HttpConfiguration(http);
        // OriginCheck checks names; the certificate may be for the name of a proxy before this server.
        https.addCustomizer(new SecureRequestCustomizer(false));
        HttpConnectionFactory plain = new HttpConnectionFactory(https);
        return new ConnectionFactory[] {new SslConnectionFactory(context, plain.getProtocol()), plain};
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel client, ManagedSelector selector, SelectionKey key) {
        ClientConnection connection =
                new ClientConnection(client, selector, key, getScheduler(), getExecutor(), headTime, addresses);
        connection.setIdleTimeout(getIdleTimeout());
        return connection;
    }
}
