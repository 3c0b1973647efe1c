package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.http.MalformedRequests;
import io.gatehouse.server.http.RequestLine;
import io.gatehouse.server.model.ModelCatalog;
import io.gatehouse.server.model.ModelSettings;
import io.gatehouse.server.query.QueryClient;
import io.gatehouse.server.query.QueryService;
import io.gatehouse.server.query.ServedSession;
import io.gatehouse.server.query.admission.DescribeGate;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.ResultMemory;
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

    /** Time that a run has for its current shard when the server stops. */
    private static final Duration SHARD_GRACE = Duration.ofSeconds(15);
    /** Time that running queries have to end; then they are cancelled, so that the run gets their cores. */
    private static final Duration QUERY_GRACE = Duration.ofSeconds(5);
    /** Time for sending the responses of cancelled queries. */
    private static final Duration RESPONSE_GRACE = Duration.ofSeconds(2);

    /**
     * Users name runs and saved queries, so a name may hold a slash or a percent sign, written %2F and %25. Jetty refuses
     * both to protect servers that map paths to files or guard some paths; here the checks and the routes are matched with
     * the same text, before it is decoded.
     */
    private static final UriCompliance ADDRESSES = UriCompliance.DEFAULT.with(
            "GATEHOUSE",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING);

    private final ServerSettings settings;
    private final Javalin javalin;
    private final Activity activity;
    private final QueryEngine engine;
    private final QueryService service;
    private final DescribeGate gate;
    private final ServerLog log;
    private final Path database;
    private final Optional<ServerFile> serverFile;

    private GatehouseServer(
            ServerSettings settings,
            Javalin javalin,
            Activity activity,
            QueryEngine engine,
            QueryService service,
            DescribeGate gate,
            ServerLog log,
            Path database,
            Identity identity) {
        this.settings = settings;
        this.javalin = javalin;
        this.activity = activity;
        this.engine = engine;
        this.service = service;
        this.gate = gate;
        this.log = log;
        this.database = database;
        this.serverFile = writeServerFile(identity);
        log.started(uri().toString(), settings, database);
    }

    /**
     * Opens the port and answers from then on.
     *
     * @param planner makes the runs that clients start
     * @throws GatehouseException ADDRESS_IN_USE if another program listens there
     */
    public static GatehouseServer start(Store store, QueryEngine engine, ServerSettings settings, RunPlanner planner) {
        return start(store, engine, settings, planner, Optional.empty());
    }

    /**
     * The same.
     *
     * @param models how the models of the settings answer requests; empty if they only compute runs
     */
    public static GatehouseServer start(
            Store store,
            QueryEngine engine,
            ServerSettings settings,
            RunPlanner planner,
            Optional<ModelSettings> models) {
        ServerSocketChannel channel =
                requireNonNull(settings, "settings is null").address().open();
        try {
            ServerLog log = ServerLog.of(settings.log());
            ServerMetrics metrics = new ServerMetrics();
            Activity activity = Activity.begin(
                    store,
                    planner,
                    new ModelCatalog(settings.sources(), models),
                    metrics,
                    log,
                    settings.memory().process());
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
        Optional<SslContextFactory.Server> tls = settings.access().tls().map(HttpPort::context);
        QueryService service = new QueryService(
                engine,
                activity.queries(),
                settings.queries(),
                new ResultMemory(settings.memory().results()));
        DescribeGate gate = new DescribeGate(
                settings.queries().concurrent(), settings.queries().queued());
        Routes routes = new Routes(store, engine, activity, service, gate, metrics, settings, identity);
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            configure(config.jetty, settings.http(), tls, channel, metrics);
            routes.configure(config);
        });
        javalin.start();
        return new GatehouseServer(settings, javalin, activity, engine, service, gate, log, store.file(), identity);
    }

    /** Ends the threads of a server that does not start, such as for a wrong password. */
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
            server.setStopTimeout(QUERY_GRACE.plus(RESPONSE_GRACE).toMillis());
        });
        jetty.modifyHttpConfiguration(http -> {
            http.setUriCompliance(ADDRESSES);
            http.setRequestHeaderSize(limits.headerBytes());
            http.addCustomizer(new RequestLine());
            http.addCustomizer((request, answer) -> {
                ClientConnection.headArrived(request);
                return request;
            });
        });
        jetty.modifyServletContextHandler(
                servlets -> servlets.getServletHandler().setDecodeAmbiguousURIs(true));
        jetty.addConnector((server, http) -> HttpPort.of(server, http, limits, tls, channel));
    }

    /** Where the console is, as seen from this machine. */
    public URI uri() {
        return URI.create("%s://%s/"
                .formatted(settings.access().scheme(), settings.address().localAuthority(javalin.port())));
    }

    /**
     * A session for a client that speaks another protocol than HTTP.
     *
     * @param format name of the protocol, for those who look at the register of queries
     */
    public ServedSession session(String format, QueryClient client) {
        return new ServedSession(engine, service, activity.history(), gate, format, client, settings.version());
    }

    /** What {@link #close} would wait for, and how long; empty if nothing runs. */
    public Optional<String> pending() {
        int queries = activity.queries().count();
        long runs = activity.runs().active();
        if (queries == 0 && runs == 0) {
            return Optional.empty();
        }
        return Optional.of("waiting up to %2$d s for queries (%1$d) and up to %4$d s for the shards of runs (%3$d)"
                .formatted(queries, QUERY_GRACE.toSeconds(), runs, SHARD_GRACE.toSeconds()));
    }

    /** Method and address of everything that is served. */
    List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(route -> route.endpoint)
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .filter(route -> !route.startsWith("BEFORE"))
                .toList();
    }

    /** A database in a directory that takes no file is served, too; other commands then do not find the server. */
    private Optional<ServerFile> writeServerFile(Identity identity) {
        ServerFile made = ServerFile.of(uri(), identity.instance(), identity.key());
        try {
            made.write(database);
            return Optional.of(made);
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("The server file beside {} cannot be written: {}", database, e.toString());
            return Optional.empty();
        }
    }

    /**
     * Lets a run finish its shard and running queries end within a few seconds, takes no more requests, and stops. What
     * is committed stays, and the same run started again continues from there.
     */
    @Override
    public void close() {
        try {
            serverFile.ifPresent(this::remove);
            activity.stop(QUERY_GRACE, SHARD_GRACE);
            stop(javalin);
        } finally {
            activity.close();
            log.stopped();
            log.close();
        }
    }

    /** A query that cannot be ended does not keep the server from stopping: the process ends, and so does the query. */
    static void stop(Javalin javalin) {
        try {
            javalin.stop();
        } catch (JavalinException e) {
            LOG.warn("Requests that did not end are given up");
            LOG.debug("The web server did not stop in time", e);
        }
    }

    private void remove(ServerFile written) {
        try {
            written.remove(database);
        } catch (IOException e) {
            LOG.warn("The server file beside {} cannot be removed: {}", database, e.toString());
        }
    }
}
