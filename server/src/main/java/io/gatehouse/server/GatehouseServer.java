package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.event.Events;
import io.gatehouse.server.event.Topic;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.http.MalformedRequests;
import io.gatehouse.server.query.QueryRegister;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.javalin.Javalin;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;

/** A running server over one database file. It borrows the store and the engine; the caller closes them after it. */
public final class GatehouseServer implements AutoCloseable {
    /** Time that running queries have to end when the server stops; then they are cancelled. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Time that their answers then have to get out. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private static final Duration IDLE_WHEN_STOPPING = Duration.ofMillis(250);

    private final ListenAddress address;
    private final Javalin javalin;
    private final QueryRegister running;
    private final Events events;

    private GatehouseServer(ListenAddress address, Javalin javalin, QueryRegister running, Events events) {
        this.address = address;
        this.javalin = javalin;
        this.running = running;
        this.events = events;
    }

    /**
     * Opens the port and answers from then on.
     *
     * @throws GatehouseException ADDRESS_IN_USE if another program listens there
     */
    public static GatehouseServer start(Store store, QueryEngine engine, ServerSettings settings) {
        HttpLimits limits = requireNonNull(settings, "settings is null").http();
        ServerSocketChannel channel = settings.address().open();
        Events events = new Events();
        QueryRegister running = new QueryRegister(query -> events.publish(Topic.QUERY, query));
        Routes routes = new Routes(store, engine, running, events, settings);
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.jetty.modifyServer(server -> {
                server.setErrorHandler(new MalformedRequests());
                server.addBean(new NetworkConnectionLimit(limits.connections(), server));
                server.insertHandler(new GracefulHandler());
                server.setStopTimeout(PATIENCE.plus(LAST_WORDS).toMillis());
            });
            config.jetty.modifyHttpConfiguration(http -> {
                http.setUriCompliance(UriCompliance.DEFAULT);
                http.setRequestHeaderSize(limits.headerBytes());
            });
            config.jetty.addConnector((server, http) -> connector(server, http, channel));
            routes.configure(config);
        });
        javalin.start();
        return new GatehouseServer(settings.address(), javalin, running, events);
    }

    /** HTTP/1.1 only. */
    private static ServerConnector connector(Server server, HttpConfiguration http, ServerSocketChannel channel) {
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http)) {
            @Override
            protected SocketChannelEndPoint newEndPoint(
                    SocketChannel client, ManagedSelector selector, SelectionKey key) {
                ClientConnection connection =
                        new ClientConnection(client, selector, key, getScheduler(), getExecutor());
                connection.setIdleTimeout(getIdleTimeout());
                return connection;
            }
        };
        connector.setShutdownIdleTimeout(IDLE_WHEN_STOPPING.toMillis());
        try {
            connector.open(channel);
        } catch (IOException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "Cannot use the port that was opened.", e);
        }
        return connector;
    }

    /** Where the console is. */
    public URI uri() {
        return URI.create("http://" + address.authority(javalin.port()) + "/");
    }

    /** Takes no more requests, gives running queries a few seconds to end, and stops. */
    @Override
    public void close() {
        events.close();
        running.cancelAllAfter(PATIENCE);
        javalin.stop();
        running.close();
    }
}
