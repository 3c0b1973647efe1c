package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.catalog.Catalogue;
import io.gatehouse.pg.catalog.SessionFacts;
import io.gatehouse.pg.text.PgText;
import io.gatehouse.pg.wire.ClientSocket;
import io.gatehouse.pg.wire.Message;
import io.gatehouse.pg.wire.ProtocolViolation;
import io.gatehouse.pg.wire.Responses;
import io.gatehouse.server.query.QueryClient;
import io.gatehouse.server.query.ServedSession;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session of one connection: it greets the client, reads messages and answers them, one after the other, in its own
 * thread. Other threads may cancel what runs, or end the session.
 *
 * <p>There are two ways to run a statement. <em>Simple</em>: a text of statements in one message (Q), answered with all
 * rows as texts. <em>Extended</em>: the messages of {@link ExtendedProtocol}, with one answer to all of them at their end
 * (S). After an error in the extended way everything up to S is skipped.
 */
final class PgSession {
    private static final Logger LOG = LoggerFactory.getLogger(PgSession.class);

    /** What StartupMessage names beside settings. */
    private static final Set<String> NO_SETTINGS = Set.of("user", "database", "options", "replication");

    private final PgServer server;
    private final ClientSocket socket;
    private final int id;
    private final int secret;
    private final ServedSession asking;
    private final Responses out;
    private final Settings settings = new Settings();
    private final Transaction transaction = new Transaction();
    private final Work work = new Work();
    private final Portals portals = new Portals();
    private final Statements statements;
    private final Execution execution;
    private final SessionCommands commands;
    private final ExtendedProtocol extended;

    private final long connectedAt = System.nanoTime();
    private volatile boolean greeted;
    private boolean skipping;
    /** Held while a message is answered, and not while the next one is waited for. */
    private final ReentrantLock working = new ReentrantLock();

    /**
     * @param sessions makes the session of one query
     * @param secret what another connection must show to cancel a query of this one
     */
    PgSession(PgServer server, Function<QueryClient, ServedSession> sessions, ClientSocket socket, int id, int secret) {
        this.server = requireNonNull(server, "server is null");
        this.socket = requireNonNull(socket, "socket is null");
        this.id = id;
        this.secret = secret;
        this.asking = sessions.apply(new Describing());
        this.out = new Responses(socket.output());
        Catalogue catalogue = new Catalogue(asking::relations, new Facts());
        this.statements = new Statements(asking, catalogue, settings, transaction, work);
        this.execution = new Execution(this, sessions, asking, out, settings, transaction, work);
        this.commands = new SessionCommands(out, settings, transaction, statements, portals, execution);
        this.extended = new ExtendedProtocol(out, statements, portals, execution, commands);
    }

    int secret() {
        return secret;
    }

    boolean hasLeft() {
        return socket.hasLeft();
    }

    /** Serves the client until it leaves or is sent away. */
    void run() {
        try {
            Optional<Map<String, String>> startup = new Greeting(server, socket, out).read();
            if (startup.isPresent()) {
                begin(startup.orElseThrow());
                serve();
            }
        } catch (EOFException | SocketTimeoutException e) {
            LOG.debug("A client has left, or said nothing", e);
        } catch (ProtocolViolation e) {
            sendAway("08P01", "The client does not speak the protocol: %s.".formatted(e.getMessage()));
        } catch (PgError e) {
            sendAway(e.sqlState(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.debug("A connection broke", e);
        } catch (RuntimeException | Error e) {
            LOG.error("A session failed", e);
            sendAway("XX000", "Gatehouse failed; its log says more.");
        } finally {
            end();
        }
    }

    /** ParameterStatus for each setting that clients want to know, BackendKeyData, ReadyForQuery. */
    private void begin(Map<String, String> startup) throws IOException {
        String user = startup.getOrDefault("user", "");
        settings.connect(user, startup.getOrDefault("database", user));
        for (Map.Entry<String, String> option : startup.entrySet()) {
            if (!NO_SETTINGS.contains(option.getKey())) {
                setQuietly(option.getKey(), option.getValue());
            }
        }
        for (String name : settings.reported()) {
            out.parameter(name, settings.find(name).orElse(""));
        }
        out.cancelKey(id, secret);
        out.ready(transaction.status());
        greeted = true;
    }

    /** A setting that is not supported must not keep a client from connecting. */
    private void setQuietly(String name, String value) throws IOException {
        try {
            settings.set(name, value);
        } catch (GatehouseException e) {
            out.warning(e.code().sqlState(), String.valueOf(e.getMessage()));
        }
    }

    private void end() {
        working.lock();
        try {
            portals.closeAll();
        } finally {
            working.unlock();
        }
        kill();
    }

    private void sendAway(String sqlState, String message) {
        try {
            out.error(true, sqlState, message, OptionalInt.empty());
            out.flush();
        } catch (IOException e) {
            LOG.debug("A client left before it was sent away", e);
        }
    }

    // Messages.

    private void serve() throws IOException {
        while (true) {
            Message message = socket.next();
            if (message.type() == 'X') {
                return;
            }
            working.lock();
            try {
                answer(message);
            } finally {
                work.done();
                working.unlock();
            }
            if (server.isStopping()) {
                throw new PgError("57P01", "The server is stopping.");
            }
        }
    }

    private void answer(Message message) throws IOException {
        switch (message.type()) {
            case 'Q' -> simple(message);
            case 'P', 'B', 'D', 'E', 'C' -> extended(message);
            case 'S' -> {
                skipping = false;
                endOfRequest();
            }
            case 'H' -> out.flush();
            // CopyData, CopyDone and CopyFail: no copy into the server was begun, and PostgreSQL passes over them, too.
            case 'd', 'c', 'f' -> {}
            case 'F' -> {
                error(new PgError("0A000", "Function calls are not supported; write a query."));
                out.ready(transaction.status());
            }
            default -> throw new ProtocolViolation("there is no message '%s'".formatted(message.type()));
        }
    }

    /** Query: a text of statements. An error ends the text. */
    private void simple(Message message) throws IOException {
        String sql = message.string();
        message.requireEnd();
        skipping = false;
        portals.close("");
        try {
            List<PgText> texts = PgText.statements(sql);
            if (texts.isEmpty()) {
                out.emptyQuery();
            }
            for (PgText text : texts) {
                runSimply(Portal.of(statements.plan(text)));
            }
        } catch (RuntimeException e) {
            error(e);
        }
        endOfRequest();
    }

    private void runSimply(Portal portal) throws IOException {
        try {
            if (portal.statement().plan() instanceof Prepared.Command command) {
                commands.run(command.command(), portal, true);
            } else {
                execution.describe(execution.begin(portal), portal.formats());
                out.complete("SELECT " + execution.send(portal, portal.formats(), Long.MAX_VALUE));
            }
        } finally {
            portal.close();
        }
    }

    private void extended(Message message) throws IOException {
        if (skipping) {
            return;
        }
        try {
            extended.answer(message);
        } catch (RuntimeException e) {
            skipping = true;
            error(e);
            out.flush();
        }
    }

    /** ReadyForQuery. Outside a transaction, portals end with the request that made them. */
    private void endOfRequest() throws IOException {
        if (!transaction.isOpen()) {
            portals.closeUnheld();
        }
        out.ready(transaction.status());
    }

    /** Sends an error; the transaction has failed. What does not speak the protocol is not answered here. */
    private void error(RuntimeException e) throws IOException {
        if (e instanceof ProtocolViolation) {
            throw e;
        }
        String message = String.valueOf(e.getMessage());
        if (e instanceof PgError error) {
            out.error(false, error.sqlState(), message, OptionalInt.empty());
        } else if (e instanceof GatehouseException error) {
            out.error(false, error.code().sqlState(), message, work.position(error));
        } else {
            LOG.error("A statement failed", e);
            out.error(
                    false,
                    ErrorCode.INTERNAL_ERROR.sqlState(),
                    "Gatehouse failed; its log says more.",
                    OptionalInt.empty());
        }
        transaction.fail();
    }

    /** The client while a statement is only described. */
    private final class Describing implements QueryClient {
        @Override
        public boolean hasLeft() {
            return socket.hasLeft();
        }

        @Override
        public void abort(Throwable cause) {}
    }

    /** What the catalogue says about this session. */
    private final class Facts implements SessionFacts {
        @Override
        public String database() {
            return settings.database();
        }

        @Override
        public String user() {
            return settings.find("session_authorization").orElse("");
        }

        @Override
        public String version() {
            return asking.version();
        }

        @Override
        public int id() {
            return id;
        }

        @Override
        public Optional<String> setting(String name) {
            return settings.find(name);
        }

        @Override
        public List<List<String>> settings() {
            return settings.all();
        }

        @Override
        public void set(String name, String value) {
            settings.set(name, value);
        }
    }

    // What other threads do.

    /** Cancels what runs, if anything does. */
    void cancel() {
        work.cancel();
    }

    /**
     * Ends a result whose client does not read it. While the client is silent between two requests, only the result ends;
     * while its rows are written, the connection does, for nothing else wakes the thread that writes.
     */
    void abort(ResultRows rows, Throwable cause) {
        if (working.tryLock()) {
            try {
                portals.fail(rows, cause);
            } finally {
                working.unlock();
            }
        } else if (work.isReading(rows)) {
            kill();
        }
        // Else another statement runs; the register asks again in a moment.
    }

    /** Breaks the connection of a client that does not come to an end of its greeting, or has not read for too long. */
    void look() {
        long patience = 2 * server.settings().limits().bodyTime().toNanos();
        if (!greeted && System.nanoTime() - connectedAt > patience) {
            kill();
        }
        long since = out.writingSince();
        if (since != 0 && System.nanoTime() - since > asking.timeout().toNanos()) {
            kill();
        }
    }

    /** Ends the session when its statement has ended, or now if none runs. */
    void stop() {
        if (working.tryLock()) {
            try {
                sendAway("57P01", "The server is stopping.");
            } finally {
                working.unlock();
            }
            kill();
        }
    }

    void kill() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("A connection was closed already", e);
        }
    }
}
