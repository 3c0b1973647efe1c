package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.pg.wire.ClientSocket;
import io.gatehouse.pg.wire.Scram;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.query.QueryClient;
import io.gatehouse.server.query.ServedSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port for PostgreSQL's clients over the queries of a server. Each connection has a thread, which is blocked while the
 * client says nothing. Close it before the server.
 */
public final class PgServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PgServer.class);
    private static final Duration STOP_GRACE = Duration.ofSeconds(5);
    private static final long WATCH_MILLIS = 500;
    private static final long AFTER_FAILURE_NANOS = 100_000_000;

    /**
     * How many connections get a thread and an answer, as a multiple of those that the settings allow: clients beyond the
     * limit are told of it, and cancelling a statement needs a connection of its own. Others are closed at once, as
     * PostgreSQL does.
     */
    private static final int GREETED_AT_MOST = 2;

    private final PgSettings settings;
    private final Function<QueryClient, ServedSession> sessions;
    private final ServerSocketChannel channel;
    private final Optional<Scram> scram;
    private final int port;
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger lastSession = new AtomicInteger();
    private final Map<Integer, PgSession> open = new ConcurrentHashMap<>();
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("gatehouse-pg-watch"));
    private volatile boolean stopping;

    private PgServer(PgSettings settings, Function<QueryClient, ServedSession> sessions) {
        this.settings = requireNonNull(settings, "settings is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.scram = settings.token().map(Scram::new);
        this.channel = settings.address().open();
        this.port = channel.socket().getLocalPort();
    }

    /**
     * Opens the port and answers from then on.
     *
     * @throws io.gatehouse.error.GatehouseException ADDRESS_IN_USE if another program listens there
     */
    public static PgServer start(GatehouseServer server, PgSettings settings) {
        requireNonNull(server, "server is null");
        PgServer started = new PgServer(settings, client -> server.session("pg", client));
        var unused = DaemonThreads.start("gatehouse-pg-accept", started::accept);
        var unusedToo =
                started.watch.scheduleWithFixedDelay(started::look, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
        return started;
    }

    /** The port that it listens at. */
    public int port() {
        return port;
    }

    /** Where it is, as seen from this machine. */
    public String address() {
        return "postgresql://%s/".formatted(settings.address().localAuthority(port));
    }

    /** Connections that are open. */
    public int connections() {
        return open.size();
    }

    PgSettings settings() {
        return settings;
    }

    Optional<Scram> scram() {
        return scram;
    }

    boolean isStopping() {
        return stopping;
    }

    boolean isFull() {
        return open.size() > settings.limits().connections();
    }

    private void accept() {
        while (!stopping) {
            try {
                SocketChannel client = channel.accept();
                if (open.size() >= GREETED_AT_MOST * settings.limits().connections()) {
                    client.close();
                } else {
                    serve(client.socket());
                }
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                // Without a file descriptor or a thread for it, one client is turned away, and the next may be served.
                if (!stopping) {
                    LOG.warn("A connection cannot be accepted: {}", e.toString());
                    LockSupport.parkNanos(AFTER_FAILURE_NANOS);
                }
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        int id = lastSession.incrementAndGet();
        try {
            ClientSocket client = new ClientSocket(
                    socket, settings.limits().bodyBytes(), settings.limits().bodyTime());
            PgSession session = new PgSession(this, sessions, client, id, random.nextInt());
            open.put(id, session);
            var unused = DaemonThreads.start("gatehouse-pg-" + id, () -> {
                try {
                    session.run();
                } finally {
                    open.remove(id);
                }
            });
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            open.remove(id);
            socket.close();
            throw e;
        }
    }

    /** Cancels what a session runs, if the secret is its own. */
    void cancel(int id, int secret) {
        PgSession session = open.get(id);
        if (session != null && session.secret() == secret) {
            session.cancel();
        }
    }

    private void look() {
        open.values().forEach(session -> {
            try {
                session.look();
            } catch (RuntimeException e) {
                LOG.error("A session cannot be watched", e);
            }
        });
    }

    /** Takes no more connections, lets running statements end within a few seconds, and closes all connections. */
    @Override
    public void close() {
        stopping = true;
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("The port cannot be closed: {}", e.toString());
        }
        long deadline = System.nanoTime() + STOP_GRACE.toNanos();
        open.values().forEach(PgSession::stop);
        while (!open.isEmpty() && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        open.values().forEach(PgSession::kill);
        watch.shutdownNow();
    }

    /** Where clients on this machine connect, for messages. */
    @Override
    public String toString() {
        return "PgServer[%s]".formatted(new InetSocketAddress(settings.address().host(), port));
    }
}
