package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Query;
import io.gatehouse.client.StatementShape;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.pg.catalog.Catalogue;
import io.gatehouse.pg.catalog.SessionFacts;
import io.gatehouse.pg.text.CopyOptions;
import io.gatehouse.pg.text.PgText;
import io.gatehouse.pg.text.SessionCommand;
import io.gatehouse.pg.wire.ClientSocket;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.Formats;
import io.gatehouse.pg.wire.Message;
import io.gatehouse.pg.wire.ParameterReader;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.ProtocolViolation;
import io.gatehouse.pg.wire.Responses;
import io.gatehouse.pg.wire.Scram;
import io.gatehouse.pg.wire.TextValues;
import io.gatehouse.pg.wire.WireType;
import io.gatehouse.server.query.QueryClient;
import io.gatehouse.server.query.ServedSession;
import io.gatehouse.sql.parse.Lines;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session of one connection: it greets the client, reads messages and answers them, one after the other, in its own
 * thread. Other threads may cancel what runs, or end the session.
 *
 * <p>The two ways to run a statement: <em>simple</em>, a text of statements in one message (Q), answered with all rows as
 * texts; and <em>extended</em>, a statement prepared (P), bound to values as a portal (B), described (D) and executed (E) up
 * to a number of rows, and closed (C), with one answer to all of it at the end (S). After an error in the extended way
 * everything up to S is skipped.
 */
final class PgSession {
    private static final Logger LOG = LoggerFactory.getLogger(PgSession.class);

    private static final int PROTOCOL_3 = 3;
    private static final int CANCEL_REQUEST = 80_877_102;
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;

    /** Statements and portals that a session may have at a time. */
    private static final int MAX_STATEMENTS = 1000;

    private static final int MAX_PORTALS = 64;

    private final PgServer server;
    private final Function<QueryClient, ServedSession> sessions;
    private final ClientSocket socket;
    private final int id;
    private final int secret;
    /** For what runs no query. */
    private final ServedSession asking;

    private volatile Responses out;
    private Settings settings = new Settings("");
    private String database = "";

    private final Catalogue catalogue;
    private final Map<String, Prepared> statements = new HashMap<>();
    private final Map<String, Portal> portals = new HashMap<>();
    private final long connectedAt = System.nanoTime();
    private volatile boolean greeted;
    private char transaction = 'I';
    private boolean skipping;
    /** The statement that is planned or run, for the place of an error in it. */
    private Optional<PgText> located = Optional.empty();
    /** Cancels what runs. */
    private volatile Runnable cancellation = () -> {};
    /** The rows that are read and sent. */
    private volatile Optional<ResultRows> current = Optional.empty();
    /** Held while a message is answered, and not while the next one is waited for. */
    private final ReentrantLock working = new ReentrantLock();

    PgSession(
            PgServer server,
            Function<QueryClient, ServedSession> sessions,
            ClientSocket socket,
            int id,
            int secret)
            throws IOException {
        this.server = requireNonNull(server, "server is null");
        this.sessions = requireNonNull(sessions, "sessions is null");
        this.socket = requireNonNull(socket, "socket is null");
        this.id = id;
        this.secret = secret;
        this.out = new Responses(socket.output());
        this.asking = sessions.apply(new SilentClient());
        this.catalogue = new Catalogue(asking::relations, new Facts());
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
            if (greet()) {
                greeted = true;
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

    private void end() {
        working.lock();
        try {
            closeAll(true);
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

    // The beginning of a connection.

    /**
     * Reads first messages, which have no type: SSLRequest and GSSENCRequest, answered by one byte; CancelRequest; and at
     * last StartupMessage. False if the connection ends here. What is not PostgreSQL's protocol, such as HTTP, ends
     * without a word.
     */
    private boolean greet() throws IOException {
        boolean encrypted = false;
        for (int requests = 0; requests < 4; requests++) {
            Message first;
            try {
                first = socket.first();
            } catch (ProtocolViolation e) {
                return false;
            }
            int code = first.int32();
            if (code == SSL_REQUEST && !encrypted && server.settings().tls().isPresent()) {
                out.encryption(true);
                socket.encrypt(server.settings().tls().orElseThrow());
                out = new Responses(socket.output());
                encrypted = true;
            } else if (code == SSL_REQUEST || code == GSS_REQUEST) {
                out.encryption(false);
            } else if (code == CANCEL_REQUEST) {
                server.cancel(first.int32(), first.int32());
                return false;
            } else if (code >>> 16 == PROTOCOL_3) {
                start(first, code & 0xffff, encrypted);
                return true;
            } else {
                return false;
            }
        }
        return false;
    }

    /** StartupMessage: names and values, ended by an empty name. */
    private void start(Message message, int minor, boolean encrypted) throws IOException {
        Map<String, String> options = new HashMap<>();
        for (String name = message.string(); !name.isEmpty(); name = message.string()) {
            options.put(name, message.string());
        }
        if (server.isFull()) {
            throw new PgError("53300", "The server has as many connections as it takes; try again later.");
        }
        if (server.settings().tls().isPresent() && !encrypted) {
            throw new PgError("28000", "This server wants TLS: connect with sslmode=require.");
        }
        List<String> unknown =
                options.keySet().stream().filter(name -> name.startsWith("_pq_.")).toList();
        if (minor > 0 || !unknown.isEmpty()) {
            out.protocolVersion(0, unknown);
        }
        String user = options.getOrDefault("user", "");
        if (user.isEmpty()) {
            throw new PgError("28000", "The client has not named a user.");
        }
        if (server.scram().isPresent()) {
            authenticate(server.scram().orElseThrow());
        }
        out.authenticated();
        settings = new Settings(user);
        database = options.getOrDefault("database", user);
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!Set.of("user", "database", "options", "replication").contains(option.getKey())
                    && !option.getKey().startsWith("_pq_.")) {
                setQuietly(option.getKey(), option.getValue());
            }
        }
        for (String name : settings.reported()) {
            out.parameter(name, settings.find(name).orElse(""));
        }
        out.cancelKey(id, secret);
        out.ready(transaction);
    }

    /** A setting that is not supported must not keep a client from connecting. */
    private void setQuietly(String name, String value) throws IOException {
        try {
            settings.set(name, value);
        } catch (GatehouseException e) {
            out.warning(e.code().sqlState(), String.valueOf(e.getMessage()));
        }
    }

    /** SASLInitialResponse: mechanism and first message. SASLResponse: second message. */
    private void authenticate(Scram scram) throws IOException {
        out.offerScram();
        Message first = password();
        String mechanism = first.string();
        byte @Nullable [] initial = first.value();
        if (!mechanism.equals(Scram.MECHANISM) || initial == null) {
            throw new ProtocolViolation("the server offers %s only".formatted(Scram.MECHANISM));
        }
        Scram.Exchange exchange = scram.first(new String(initial, StandardCharsets.UTF_8));
        out.scramContinue(exchange.serverFirst());
        Message last = password();
        String signature = scram.last(
                exchange,
                new String(last.bytes(last.body().remaining()), StandardCharsets.UTF_8));
        if (signature.isEmpty()) {
            throw new PgError("28P01", "The password is not the token of this server.");
        }
        out.scramFinal(signature);
    }

    private Message password() throws IOException {
        Message message = socket.soon();
        if (message.type() != 'p') {
            throw new ProtocolViolation("message '%s' instead of a password".formatted(message.type()));
        }
        return message;
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
                cancellation = () -> {};
                current = Optional.empty();
                working.unlock();
            }
            if (server.isStopping()) {
                throw new PgError("57P01", "The server is stopping.");
            }
        }
    }

    private void answer(Message message) throws IOException {
        located = Optional.empty();
        switch (message.type()) {
            case 'Q' -> simple(message);
            case 'S' -> sync();
            case 'H' -> out.flush();
            case 'P', 'B', 'D', 'E', 'C' -> {
                if (!skipping) {
                    extended(message);
                }
            }
            // CopyData, CopyDone and CopyFail: no copy into the server was begun, and PostgreSQL passes over them, too.
            case 'd', 'c', 'f' -> {}
            case 'F' -> {
                error(new PgError("0A000", "Function calls are not supported; write a query."));
                out.ready(transaction);
            }
            default -> throw new ProtocolViolation("there is no message '%s'".formatted(message.type()));
        }
    }

    /** Query: a text of statements. */
    private void simple(Message message) throws IOException {
        String sql = message.string();
        message.requireEnd();
        skipping = false;
        closePortal("");
        try {
            List<PgText> texts = PgText.statements(sql);
            if (texts.isEmpty()) {
                out.emptyQuery();
            }
            for (PgText text : texts) {
                Portal portal = new Portal(new Prepared(plan(text, List.of()), List.of()), List.of(), Formats.TEXT, false);
                try {
                    execute(portal, 0, true);
                } finally {
                    portal.close();
                }
            }
        } catch (RuntimeException e) {
            error(e);
        }
        endOfRequest();
        out.ready(transaction);
    }

    private void sync() throws IOException {
        skipping = false;
        endOfRequest();
        out.ready(transaction);
    }

    /** Outside a transaction, portals end with the request that made them. */
    private void endOfRequest() {
        if (transaction == 'I') {
            closeAll(false);
        }
    }

    private void extended(Message message) throws IOException {
        try {
            switch (message.type()) {
                case 'P' -> parse(message);
                case 'B' -> bind(message);
                case 'D' -> describe(message);
                case 'E' -> executePortal(message);
                default -> close(message);
            }
        } catch (RuntimeException e) {
            skipping = true;
            error(e);
            out.flush();
        }
    }

    /** Parse: name, text, number of types of parameters and their OIDs. */
    private void parse(Message message) throws IOException {
        String name = message.string();
        String sql = message.string();
        List<Integer> declared = new ArrayList<>();
        for (int left = message.count(); left > 0; left--) {
            declared.add(message.int32());
        }
        message.requireEnd();
        if (!name.isEmpty() && statements.containsKey(name)) {
            throw new PgError("42P05", "The prepared statement \"%s\" exists already.".formatted(name));
        }
        if (statements.size() >= MAX_STATEMENTS) {
            throw new PgError("54000", "A session may have %,d prepared statements.".formatted(MAX_STATEMENTS));
        }
        List<PgText> texts = PgText.statements(sql);
        if (texts.size() > 1) {
            throw new PgError("42601", "A prepared statement is one statement, not %d.".formatted(texts.size()));
        }
        Prepared.Plan plan = texts.isEmpty() ? new Prepared.Empty() : plan(texts.get(0), declared);
        statements.put(name, new Prepared(plan, declared));
        out.parsed();
    }

    /** Bind: portal, statement, formats of the parameters, their values, formats of the columns. */
    private void bind(Message message) throws IOException {
        String portal = message.string();
        Prepared statement = statement(message.string());
        Formats given = Formats.read(message);
        int count = message.count();
        List<byte @Nullable []> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(message.value());
        }
        Formats wanted = Formats.read(message);
        message.requireEnd();
        if (!given.fits(count)) {
            throw new ProtocolViolation("%d formats for %d parameters".formatted(given.codes().size(), count));
        }
        int expected = parameterCount(statement);
        if (count != expected) {
            throw new PgError("08P01", "The statement has %d parameters, but %d values were given.".formatted(expected, count));
        }
        if (!portal.isEmpty() && portals.containsKey(portal)) {
            throw new PgError("42P03", "The cursor \"%s\" exists already.".formatted(portal));
        }
        closePortal(portal);
        open(portal, new Portal(statement, decoded(statement, given, values), wanted, false));
        out.bound();
    }

    private List<@Nullable Object> decoded(Prepared statement, Formats formats, List<byte @Nullable []> values) {
        List<@Nullable Object> decoded = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            byte[] value = values.get(i);
            decoded.add(
                    value == null
                            ? null
                            : ParameterReader.read(i + 1, parameterType(statement, i + 1), formats.isBinary(i), value));
        }
        return decoded;
    }

    /** The type that the client has named for a parameter; else that which the statement gives it. */
    private WireType parameterType(Prepared statement, int number) {
        int declared = statement.declared(number);
        if (declared != 0 && declared != PgType.UNKNOWN.oid()) {
            return WireType.find(declared)
                    .orElseThrow(() -> new PgError(
                            "0A000", "Parameter %d has the type with OID %d, which is not known here.".formatted(number, declared)));
        }
        return shape(statement).parameters().get(number - 1);
    }

    /** Describe: of a statement (S) its parameters and columns, of a portal (P) its columns. */
    private void describe(Message message) throws IOException {
        int kind = message.int8();
        String name = message.string();
        message.requireEnd();
        if (kind == 'S') {
            Prepared.Shape shape = shape(statement(name));
            out.parameters(shape.parameters());
            describe(shape.fields(), Formats.TEXT);
        } else {
            Portal portal = portal(name);
            describe(fields(portal), portal.formats());
        }
    }

    private void describe(Optional<List<Field>> fields, Formats formats) throws IOException {
        if (fields.isPresent()) {
            out.rowDescription(fields.orElseThrow(), fitting(formats, fields.orElseThrow()));
        } else {
            out.noData();
        }
    }

    /** Execute: portal, and the number of rows at most; 0 for all. */
    private void executePortal(Message message) throws IOException {
        String name = message.string();
        int most = message.int32();
        message.requireEnd();
        Portal portal = portal(name);
        execute(portal, Math.max(0, most), false);
    }

    /** Close: of a statement (S) or a portal (P). One that is not there is closed, too. */
    private void close(Message message) throws IOException {
        int kind = message.int8();
        String name = message.string();
        message.requireEnd();
        if (kind == 'S') {
            statements.remove(name);
        } else {
            closePortal(name);
        }
        out.closed();
    }

    private Prepared statement(String name) {
        Prepared found = statements.get(name);
        if (found == null) {
            throw new PgError("26000", "There is no prepared statement \"%s\".".formatted(name));
        }
        return found;
    }

    private Portal portal(String name) {
        Portal found = portals.get(name);
        if (found == null) {
            throw new PgError("34000", "There is no cursor \"%s\".".formatted(name));
        }
        return found;
    }

    private void open(String name, Portal portal) {
        if (portals.size() >= MAX_PORTALS) {
            throw new PgError("54000", "A session may have %d cursors.".formatted(MAX_PORTALS));
        }
        portals.put(name, portal);
    }

    private void closePortal(String name) {
        Portal closed = portals.remove(name);
        if (closed != null) {
            closed.close();
        }
    }

    private void closeAll(boolean evenHoldable) {
        for (Iterator<Portal> all = portals.values().iterator(); all.hasNext(); ) {
            Portal portal = all.next();
            if (evenHoldable || !portal.isHoldable()) {
                all.remove();
                portal.close();
            }
        }
    }

    // Statements.

    private Prepared.Plan plan(PgText text, List<Integer> declared) {
        Optional<SessionCommand> command = SessionCommand.parse(text);
        if (command.isPresent()) {
            return new Prepared.Command(command.orElseThrow());
        }
        located = Optional.of(text);
        PgText.Spelled spelled = text.spelled(Set.of(database));
        List<Optional<WireType>> types = declared.stream()
                .map(oid -> oid == PgType.UNKNOWN.oid() ? Optional.<WireType>empty() : WireType.find(oid))
                .toList();
        return catalogue
                .find(text, spelled, types)
                .<Prepared.Plan>map(query -> new Prepared.Catalogued(text, spelled, query))
                .orElseGet(() -> new Prepared.Engine(text, spelled));
    }

    private static int parameterCount(Prepared statement) {
        if (statement.plan() instanceof Prepared.Engine engine) {
            return engine.spelled().parameterCount();
        }
        return statement.plan() instanceof Prepared.Catalogued catalogued
                ? catalogued.spelled().parameterCount()
                : 0;
    }

    /** What a statement takes and returns, found out once. */
    private Prepared.Shape shape(Prepared statement) {
        if (statement.shape().isPresent()) {
            return statement.shape().orElseThrow();
        }
        if (statement.plan() instanceof Prepared.Engine engine) {
            Prepared.Shape shape = shape(statement, engine);
            statement.remember(shape);
            return shape;
        }
        if (statement.plan() instanceof Prepared.Catalogued catalogued) {
            return new Prepared.Shape(
                    catalogued.query().parameters(), Optional.of(catalogued.query().fields()));
        }
        // That of FETCH changes with the cursor.
        return new Prepared.Shape(
                List.of(),
                statement.plan() instanceof Prepared.Command command ? fields(command.command()) : Optional.empty());
    }

    private Prepared.Shape shape(Prepared statement, Prepared.Engine engine) {
        requireNoFailedTransaction();
        located = Optional.of(engine.text());
        StatementShape shape = asking.shape(engine.spelled().sql());
        List<WireType> types = new ArrayList<>();
        for (int number = 1; number <= engine.spelled().parameterCount(); number++) {
            int place = engine.spelled().parameters().indexOf(number);
            int declared = statement.declared(number);
            types.add(
                    declared != 0 && WireType.find(declared).isPresent()
                            ? WireType.find(declared).orElseThrow()
                            : place < 0 ? WireType.of(PgType.TEXT) : WireType.of(shape.parameters().get(place)));
        }
        List<Field> fields = shape.columns().stream()
                .map(column -> new Field(column.name(), WireType.of(column.type())))
                .toList();
        return new Prepared.Shape(types, Optional.of(fields));
    }

    /** The client while a statement is only described. */
    private final class SilentClient implements QueryClient {
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
            return database;
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

    private Optional<List<Field>> fields(SessionCommand command) {
        if (command instanceof SessionCommand.Show show) {
            return Optional.of(shown(show));
        }
        if (command instanceof SessionCommand.Fetch fetch && !fetch.move()) {
            return portal(fetch.name()).rows().map(ResultRows::fields);
        }
        return Optional.empty();
    }

    private static List<Field> shown(SessionCommand.Show show) {
        Field setting = new Field(show.name(), WireType.of(PgType.TEXT));
        return show.name().equals("all")
                ? List.of(new Field("name", WireType.of(PgType.TEXT)), new Field("setting", WireType.of(PgType.TEXT)))
                : List.of(setting);
    }

    /** The columns of a portal; that of a query begins to run, so that what fails does so here. */
    private Optional<List<Field>> fields(Portal portal) {
        if (portal.statement().plan() instanceof Prepared.Command command) {
            return fields(command.command());
        }
        return portal.statement().plan() instanceof Prepared.Empty
                ? Optional.empty()
                : Optional.of(begun(portal).fields());
    }

    /** The rows of a portal, which runs until its first row if it has not. */
    private ResultRows begun(Portal portal) {
        Optional<ResultRows> open = portal.rows();
        if (open.isPresent()) {
            cancellation = open.orElseThrow()::cancel;
            current = open;
            return open.orElseThrow();
        }
        requireNoFailedTransaction();
        if (portal.statement().plan() instanceof Prepared.Catalogued catalogued) {
            return evaluated(portal, catalogued);
        }
        Prepared.Engine engine = (Prepared.Engine) portal.statement().plan();
        located = Optional.of(engine.text());
        List<@Nullable Object> values = new ArrayList<>();
        engine.spelled().parameters().forEach(number -> values.add(portal.values().get(number - 1)));
        EngineRows rows = new EngineRows(
                this, sessions, new Query(engine.spelled().sql(), values, settings.statementTimeout(), 0));
        portal.begin(rows);
        cancellation = rows::cancel;
        current = Optional.of(rows);
        try {
            rows.start();
        } catch (RuntimeException e) {
            portal.fail(e);
            throw e;
        }
        return rows;
    }

    private ResultRows evaluated(Portal portal, Prepared.Catalogued catalogued) {
        located = Optional.of(catalogued.text());
        Catalogue.Evaluation evaluation = catalogued
                .query()
                .evaluation(portal.values(), settings.statementTimeout().orElse(asking.timeout()));
        cancellation = evaluation::cancel;
        ResultRows rows = ResultRows.of(catalogued.query().fields(), evaluation.rows());
        portal.begin(rows);
        return rows;
    }

    private void requireNoFailedTransaction() {
        if (transaction == 'E') {
            throw new PgError(
                    "25P02", "The transaction has failed, and statements are ignored until it ends; send ROLLBACK.");
        }
    }

    /**
     * Runs a portal.
     *
     * @param most rows; 0 for all
     * @param simple whether the columns are described first
     */
    private void execute(Portal portal, long most, boolean simple) throws IOException {
        if (portal.statement().plan() instanceof Prepared.Empty) {
            out.emptyQuery();
        } else if (portal.statement().plan() instanceof Prepared.Command command) {
            if (portal.isFinished()) {
                throw new PgError("55000", "The portal has run already.");
            }
            run(command.command(), portal, simple);
            portal.finish();
        } else {
            ResultRows rows = begun(portal);
            if (simple) {
                out.rowDescription(rows.fields(), portal.formats());
            }
            Sent sent = send(portal, rows, most);
            if (sent.ended()) {
                out.complete("SELECT " + sent.count());
            } else {
                out.suspended();
            }
        }
    }

    /** How many rows were sent, and whether these were the last ones. */
    private record Sent(long count, boolean ended) {}

    private Sent send(Portal portal, ResultRows rows, long most) throws IOException {
        if (portal.isFinished()) {
            return new Sent(0, true);
        }
        long limit = out.written() + asking.resultBytes();
        long count = 0;
        List<Field> fields = rows.fields();
        Formats formats = fitting(portal.formats(), fields);
        try {
            while (most == 0 || count < most) {
                if (!rows.next()) {
                    portal.finish();
                    return new Sent(count, true);
                }
                out.dataRow(fields, formats, rows::value);
                requireRoom(limit);
                count++;
            }
        } catch (RuntimeException e) {
            portal.fail(e);
            throw e;
        }
        rows.pause();
        return new Sent(count, false);
    }

    private static Formats fitting(Formats formats, List<Field> fields) {
        if (!formats.fits(fields.size())) {
            throw new PgError(
                    "08P01", "%d formats were given for %d columns.".formatted(formats.codes().size(), fields.size()));
        }
        return formats;
    }

    private void requireRoom(long limit) {
        if (out.written() > limit) {
            throw new GatehouseException(ErrorCode.RESULT_TOO_LARGE, "The answer is larger than the limit of the server.");
        }
    }

    // Statements about the session.

    private void run(SessionCommand command, Portal portal, boolean simple) throws IOException {
        boolean ends = command instanceof SessionCommand.Commit
                || command instanceof SessionCommand.Rollback
                || command instanceof SessionCommand.RollbackTo;
        if (!ends) {
            requireNoFailedTransaction();
        }
        if (command instanceof SessionCommand.Begin) {
            transaction = 'T';
            out.complete("BEGIN");
        } else if (command instanceof SessionCommand.Commit) {
            endTransaction(transaction == 'E' ? "ROLLBACK" : "COMMIT");
        } else if (command instanceof SessionCommand.Rollback) {
            endTransaction("ROLLBACK");
        } else if (command instanceof SessionCommand.RollbackTo) {
            if (transaction == 'I') {
                throw new PgError("25P01", "There is no transaction to return to.");
            }
            transaction = 'T';
            out.complete("ROLLBACK");
        } else if (command instanceof SessionCommand.Savepoint savepoint) {
            out.complete(savepoint.tag());
        } else if (command instanceof SessionCommand.Listen listen) {
            out.complete(listen.tag());
        } else if (command instanceof SessionCommand.Set set) {
            settings.set(set.name(), set.value());
            report(set.name());
            out.complete("SET");
        } else if (command instanceof SessionCommand.Reset reset) {
            reset(reset.name());
            out.complete("RESET");
        } else if (command instanceof SessionCommand.Show show) {
            show(show, portal, simple);
        } else if (command instanceof SessionCommand.Discard discard) {
            discard(discard.what());
        } else if (command instanceof SessionCommand.Deallocate deallocate) {
            deallocate.name().ifPresentOrElse(name -> statements.remove(statementName(name)), statements::clear);
            out.complete(deallocate.name().isPresent() ? "DEALLOCATE" : "DEALLOCATE ALL");
        } else if (command instanceof SessionCommand.Declare declare) {
            declare(declare);
        } else if (command instanceof SessionCommand.Fetch fetch) {
            fetch(fetch, portal, simple);
        } else if (command instanceof SessionCommand.Close close) {
            close.name().ifPresentOrElse(name -> closePortal(portalName(name)), () -> closeAll(true));
            out.complete(close.name().isPresent() ? "CLOSE CURSOR" : "CLOSE CURSOR ALL");
        } else if (command instanceof SessionCommand.Copy copy) {
            copy(copy);
        }
    }

    private void endTransaction(String tag) throws IOException {
        transaction = 'I';
        closeAll(false);
        out.complete(tag);
    }

    private String statementName(String name) {
        statement(name);
        return name;
    }

    private String portalName(String name) {
        portal(name);
        return name;
    }

    private void report(String name) throws IOException {
        for (String reported : settings.reported()) {
            if (reported.equalsIgnoreCase(name)) {
                out.parameter(reported, settings.find(name).orElse(""));
            }
        }
    }

    private void reset(String name) throws IOException {
        if (name.equals("all")) {
            settings.resetAll();
        } else {
            settings.reset(name);
        }
        for (String reported : settings.reported()) {
            report(reported);
        }
    }

    private void show(SessionCommand.Show show, Portal portal, boolean simple) throws IOException {
        List<List<String>> rows = show.name().equals("all")
                ? settings.all()
                : List.of(List.of(settings.find(show.name())
                        .orElseThrow(() -> new PgError("42704", "There is no setting \"%s\".".formatted(show.name())))));
        ResultRows result = ResultRows.of(shown(show), rows);
        if (simple) {
            out.rowDescription(result.fields(), Formats.TEXT);
        }
        send(portal, result, 0);
        out.complete("SHOW");
    }

    private void discard(String what) throws IOException {
        if (what.equals("ALL")) {
            if (transaction != 'I') {
                throw new PgError("25001", "DISCARD ALL cannot run inside a transaction.");
            }
            closeAll(true);
            statements.clear();
            reset("all");
        }
        out.complete("DISCARD " + what);
    }

    private void declare(SessionCommand.Declare declare) throws IOException {
        if (transaction == 'I' && !declare.hold()) {
            throw new PgError("25P01", "DECLARE CURSOR needs a transaction, or WITH HOLD.");
        }
        if (portals.containsKey(declare.name())) {
            throw new PgError("42P03", "The cursor \"%s\" exists already.".formatted(declare.name()));
        }
        Prepared query = new Prepared(plan(declare.query(), List.of()), List.of());
        requireQuery(query, "A cursor");
        Portal cursor =
                new Portal(query, List.of(), declare.binary() ? Formats.BINARY : Formats.TEXT, declare.hold());
        open(declare.name(), cursor);
        try {
            begun(cursor).pause();
        } catch (RuntimeException e) {
            closePortal(declare.name());
            throw e;
        }
        out.complete("DECLARE CURSOR");
    }

    private static void requireQuery(Prepared statement, String what) {
        if (statement.plan() instanceof Prepared.Command || parameterCount(statement) > 0) {
            throw new PgError("0A000", what + " takes a query without parameters.");
        }
    }

    /** @param asked the portal of FETCH itself, whose formats count; a simple query takes those of the cursor */
    private void fetch(SessionCommand.Fetch fetch, Portal asked, boolean simple) throws IOException {
        Portal cursor = portal(fetch.name());
        ResultRows rows = begun(cursor);
        Formats formats = fitting(simple ? cursor.formats() : asked.formats(), rows.fields());
        if (simple && !fetch.move()) {
            out.rowDescription(rows.fields(), formats);
        }
        long most = fetch.count().orElse(Long.MAX_VALUE);
        long count = 0;
        long limit = out.written() + asking.resultBytes();
        try {
            while (count < most && !cursor.isFinished()) {
                if (!rows.next()) {
                    cursor.finish();
                } else {
                    if (!fetch.move()) {
                        out.dataRow(rows.fields(), formats, rows::value);
                        requireRoom(limit);
                    }
                    count++;
                }
            }
        } catch (RuntimeException e) {
            cursor.fail(e);
            throw e;
        }
        if (!cursor.isFinished()) {
            rows.pause();
        }
        out.complete((fetch.move() ? "MOVE " : "FETCH ") + count);
    }

    /** CopyOutResponse, a CopyData for each row, CopyDone. */
    private void copy(SessionCommand.Copy copy) throws IOException {
        Prepared query = new Prepared(plan(copy.query(), List.of()), List.of());
        requireQuery(query, "COPY");
        Portal portal = new Portal(query, List.of(), Formats.TEXT, false);
        try {
            ResultRows rows = begun(portal);
            CopyOptions options = copy.options();
            boolean binary = options.format() == CopyOptions.Format.BINARY;
            out.copyOut(rows.fields().size(), binary);
            long limit = out.written() + asking.resultBytes();
            if (!binary && options.header()) {
                out.copyData(line(options, rows.fields().stream().map(Field::name).toList()));
            }
            long count = 0;
            while (rows.next()) {
                if (binary) {
                    out.copyRow(rows.fields(), rows::value, count == 0);
                } else {
                    out.copyData(line(options, texts(rows)));
                }
                requireRoom(limit);
                count++;
            }
            if (binary) {
                out.copyTrailer(count == 0);
            }
            out.copyDone();
            out.complete("COPY " + count);
        } catch (RuntimeException e) {
            portal.fail(e);
            throw e;
        } finally {
            portal.close();
        }
    }

    private static List<@Nullable String> texts(ResultRows rows) {
        List<@Nullable String> texts = new ArrayList<>();
        for (int i = 0; i < rows.fields().size(); i++) {
            Object value = rows.value(i);
            texts.add(value == null ? null : TextValues.text(value));
        }
        return texts;
    }

    private static String line(CopyOptions options, List<? extends @Nullable String> values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            line.append(i == 0 ? "" : String.valueOf(options.delimiter()))
                    .append(value == null ? options.nullText() : options.field(value));
        }
        return line.append('\n').toString();
    }

    // Errors, and other threads.

    /** Sends an error; the transaction has failed. What does not speak the protocol is not answered here. */
    private void error(RuntimeException e) throws IOException {
        if (e instanceof ProtocolViolation) {
            throw e;
        }
        if (e instanceof PgError error) {
            out.error(false, error.sqlState(), String.valueOf(e.getMessage()), OptionalInt.empty());
        } else if (e instanceof GatehouseException error) {
            out.error(false, error.code().sqlState(), String.valueOf(e.getMessage()), position(error));
        } else {
            LOG.error("A statement failed", e);
            out.error(false, ErrorCode.INTERNAL_ERROR.sqlState(), "Gatehouse failed; its log says more.", OptionalInt.empty());
        }
        if (transaction == 'T') {
            transaction = 'E';
        }
    }

    /** The place of an error in the text of the client, in characters from 1. */
    private OptionalInt position(GatehouseException error) {
        if (error.position().isEmpty() || located.isEmpty()) {
            return OptionalInt.empty();
        }
        TextRange range = error.position().orElseThrow();
        PgText text = located.orElseThrow();
        int offset = text.start() + new Lines(text.text()).offset(range.line(), range.column());
        String source = text.source();
        return OptionalInt.of(source.codePointCount(0, Math.min(offset, source.length())) + 1);
    }

    /** Cancels what runs, if anything does. */
    void cancel() {
        cancellation.run();
    }

    /**
     * Ends a result whose client does not read it. While the client is silent between two requests, only the result ends;
     * while its rows are written, the connection does, for nothing else wakes the thread that writes.
     */
    void abort(ResultRows rows, Throwable cause) {
        if (working.tryLock()) {
            try {
                RuntimeException reason = cause instanceof GatehouseException known
                        ? known
                        : new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.", cause);
                portals.values().stream().filter(portal -> portal.has(rows)).forEach(portal -> portal.fail(reason));
            } finally {
                working.unlock();
            }
        } else if (current.filter(sent -> sent == rows).isPresent()) {
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
