package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.http.MalformedRequests;
import io.gatehouse.server.http.RequestLine;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.javalin.Javalin;
import io.javalin.config.JettyConfig;
import io.javalin.util.JavalinException;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server over one database file. It borrows the store and the engine; the caller closes them after it. */
public final class GatehouseServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatehouseServer.class);

    /** Time that a run has for the shard it is at when the server stops. */
    private static final Duration SHARD_PATIENCE = Duration.ofSeconds(15);
    /** Time that running queries have to end; then they are cancelled, so that the run gets their cores. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Time that their answers then have to get out. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /**
     * Runs and saved queries are named by whoever makes them, so a name may hold a slash or a percent sign, written %2F
     * and %25. Jetty refuses both for the sake of servers that find files by addresses or guard some of them; here what
     * guards an address and what answers it are found by the same text, before it is decoded.
     */
    private static final UriCompliance ADDRESSES = UriCompliance.DEFAULT.with(
            "GATEHOUSE",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING);

    private final ServerSettings settings;
    private final Javalin javalin;
    private final Activity activity;
    private final ServerLog log;
    private final Path database;
    private final Optional<ServerNotice> notice;

    private GatehouseServer(
            ServerSettings settings,
            Javalin javalin,
            Activity activity,
            ServerLog log,
            Path database,
            Identity identity) {
        this.settings = settings;
        this.javalin = javalin;
        this.activity = activity;
        this.log = log;
        this.database = database;
        this.notice = post(identity);
        log.started(uri().toString(), settings, database);
    }

    /**
     * Opens the port and answers from then on.
     *
     * @param planner makes the runs that clients start
     * @throws GatehouseException ADDRESS_IN_USE if another program listens there
     */
    public static GatehouseServer start(Store store, QueryEngine engine, ServerSettings settings, RunPlanner planner) {
        ServerSocketChannel channel =
                requireNonNull(settings, "settings is null").address().open();
        try {
            ServerLog log = ServerLog.of(settings.log());
            ServerMetrics metrics = new ServerMetrics();
            Activity activity = Activity.begin(
                    store, planner, metrics, log, settings.memory().bytes());
            try {
                return start(store, engine, settings, channel, activity, metrics, log);
            } catch (RuntimeException e) {
                abandon(activity, log);
                throw e;
            }
        } catch (RuntimeException e) {
            giveBack(channel);
            throw e;
        }
    }

    private static GatehouseServer start(
            Store store,
            QueryEngine engine,
            ServerSettings settings,
            ServerSocketChannel channel,
            Activity activity,
            ServerMetrics metrics,
            ServerLog log) {
        Identity identity = Identity.fresh();
        Optional<SslContextFactory.Server> tls = settings.exposure().tls().map(HttpPort::context);
        Routes routes = new Routes(store, engine, activity, metrics, settings, identity);
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            configure(config.jetty, settings.http(), tls, channel, metrics);
            routes.configure(config);
        });
        javalin.start();
        return new GatehouseServer(settings, javalin, activity, log, store.file(), identity);
    }

    /** Gives back the threads of a server that does not come up, such as for a wrong password. */
    private static void abandon(Activity activity, ServerLog log) {
        activity.stop(Duration.ZERO, Duration.ZERO);
        activity.close();
        log.close();
    }

    private static void giveBack(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("The port cannot be closed: {}", e.toString());
        }
    }

    private static void configure(
            JettyConfig jetty,
            HttpLimits limits,
            Optional<SslContextFactory.Server> tls,
            ServerSocketChannel channel,
            ServerMetrics metrics) {
        jetty.modifyServer(server -> {
            server.setErrorHandler(new MalformedRequests());
            NetworkConnectionLimit connections = new NetworkConnectionLimit(limits.connections(), server);
            server.addBean(connections);
            metrics.watch(connections);
            server.insertHandler(new GracefulHandler());
            server.setStopTimeout(PATIENCE.plus(LAST_WORDS).toMillis());
        });
        jetty.modifyHttpConfiguration(http -> {
            http.setUriCompliance(ADDRESSES);
            http.setRequestHeaderSize(limits.headerBytes());
            http.addCustomizer(new RequestLine());
        });
        jetty.modifyServletContextHandler(
                servlets -> servlets.getServletHandler().setDecodeAmbiguousURIs(true));
        jetty.addConnector((server, http) -> HttpPort.of(server, http, tls, channel));
    }

    /** Where the console is, as seen from this machine. */
    public URI uri() {
        return URI.create("%s://%s/"
                .formatted(settings.exposure().scheme(), settings.address().localAuthority(javalin.port())));
    }

    /** What {@link #close} would wait for, and how long; empty if nothing goes on. */
    public Optional<String> pending() {
        int queries = activity.queries().count();
        long runs = activity.runs().active();
        if (queries == 0 && runs == 0) {
            return Optional.empty();
        }
        return Optional.of("queries (%d) have %d s to end, runs (%d) %d s for the shard they are at"
                .formatted(queries, PATIENCE.toSeconds(), runs, SHARD_PATIENCE.toSeconds()));
    }

    /** Method and address of everything that is served. */
    List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(route -> route.endpoint)
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .filter(route -> !route.startsWith("BEFORE"))
                .toList();
    }

    /** A file whose directory takes no notice is served all the same; other commands then do not find the server. */
    private Optional<ServerNotice> post(Identity identity) {
        ServerNotice made = ServerNotice.of(uri(), identity.instance(), identity.key());
        try {
            made.post(database);
            return Optional.of(made);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("No notice can be left beside {}: {}", database, e.toString());
            return Optional.empty();
        }
    }

    /**
     * Lets a run end with its shard and running queries in a few seconds, takes no more requests, and stops. What is
     * committed stays, and the run can be started again to go on from there.
     */
    @Override
    public void close() {
        try {
            notice.ifPresent(this::remove);
            activity.stop(PATIENCE, SHARD_PATIENCE);
            stop(javalin);
        } finally {
            activity.close();
            log.stopped();
            log.close();
        }
    }

    /** A query that nothing ends does not keep the server from its end, which ends the process and so the query. */
    static void stop(Javalin javalin) {
        try {
            javalin.stop();
        } catch (JavalinException e) {
            LOG.warn("Requests that did not end are given up");
            LOG.debug("The web server did not stop in time", e);
        }
    }

    private void remove(ServerNotice posted) {
        try {
            posted.remove(database);
        } catch (IOException e) {
            LOG.warn("The notice beside {} cannot be removed: {}", database, e.toString());
        }
    }
}
