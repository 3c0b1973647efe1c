package io.gatehouse.cli;

import io.gatehouse.cli.run.ModelWorkerCommand;
import io.gatehouse.cli.run.PrecisionOptions;
import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.terminal.GatehouseVersion;
import io.gatehouse.cli.terminal.SecretFile;
import io.gatehouse.completion.ModelSpec;
import io.gatehouse.engine.Device;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.MemorySize;
import io.gatehouse.pg.PgSettings;
import io.gatehouse.server.AccessSettings;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerMemory;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.Tls;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.model.ModelSettings;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.worker.ModelProcess;
import io.gatehouse.worker.WorkerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where and for whom a server is, and what it allows: the options of the command that serves. */
final class ServeOptions {
    private static final int QUEUED_PER_MODEL = 64;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Address to listen on (default: ${DEFAULT-VALUE}, this machine only). Any other address needs"
                    + " --token-file, and --tls-keystore or --insecure.")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Port to listen on, 0 for any free port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--pg-port",
            paramLabel = "P",
            description =
                    "Port for PostgreSQL clients on the same host, 0 for any free port (default: none). The token is"
                            + " their password.")
    private Optional<Integer> pgPort = Optional.empty();

    @Option(
            names = "--public-name",
            paramLabel = "NAME",
            description = "Name or address by which clients reach this server, or an origin such as https://lab7 or"
                    + " http://localhost:9000 behind a proxy or tunnel; may be repeated.")
    private List<String> names = List.of();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token that clients must send; must be readable only by its owner (mode 0600).")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(names = "--tls-keystore", paramLabel = "FILE", description = "PKCS #12 file with certificate and key.")
    private Optional<Path> keystore = Optional.empty();

    @Option(
            names = "--tls-password-file",
            paramLabel = "FILE",
            description = "File with the password of the key store; must be readable only by its owner.")
    private Optional<Path> passwordFile = Optional.empty();

    @Option(
            names = "--insecure",
            description =
                    "Serve other machines without TLS, for example behind a proxy that encrypts. Token and data are"
                            + " sent in the clear.")
    private boolean insecure;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "Checkpoint that clients may run on a quiz, and that answers /v1/completions and related requests; may be"
                            + " repeated.")
    private List<Path> models = List.of();

    @Mixin
    private PrecisionOptions precision = new PrecisionOptions();

    @Option(
            names = "--model-timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Time limit of a request to a model (default: ${DEFAULT-VALUE}).")
    private int modelTimeout;

    @Option(names = "--quiz", paramLabel = "PATH", description = "Quiz that clients may use; may be repeated.")
    private List<Path> quizzes = List.of();

    @Option(
            names = "--query-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Time limit of a query (default: ${DEFAULT-VALUE}).")
    private int queryTimeout;

    @Option(
            names = "--planning-timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Time limit of planning, as part of --query-timeout (default: ${DEFAULT-VALUE}).")
    private int planningTimeout;

    @Option(
            names = "--max-rows",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Maximum number of rows of a JSON result when the client sets no limit (default:"
                    + " ${DEFAULT-VALUE}).")
    private long rows;

    @Option(
            names = "--max-result-bytes",
            paramLabel = "N",
            defaultValue = "16000000000",
            description = "Maximum size of a result in bytes (default: ${DEFAULT-VALUE}).")
    private long resultBytes;

    @Option(
            names = "--max-queries",
            paramLabel = "N",
            description = "Maximum number of queries that run at a time (default: twice the cores, at least 8).")
    private Optional<Integer> queries = Optional.empty();

    @Option(
            names = "--max-long-queries",
            paramLabel = "N",
            description = "Maximum number of long queries that compute at a time; short queries do not wait for them"
                    + " (default: half the cores, at least 1).")
    private Optional<Integer> longQueries = Optional.empty();

    @Option(
            names = "--max-queued",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "Maximum number of queries that wait; more are rejected with 429 (default: ${DEFAULT-VALUE}).")
    private int queued;

    @Option(
            names = "--queue-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Time that a query may wait in the queue (default: ${DEFAULT-VALUE}).")
    private int queueTimeout;

    @Option(
            names = "--max-body-bytes",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Maximum size of a request body in bytes (default: ${DEFAULT-VALUE}).")
    private int bodyBytes;

    @Option(
            names = "--body-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Time limit for receiving a request body (default: ${DEFAULT-VALUE}).")
    private int bodyTimeout;

    @Option(
            names = "--max-header-bytes",
            paramLabel = "N",
            defaultValue = "8192",
            description = "Maximum size of the headers of a request in bytes (default: ${DEFAULT-VALUE}).")
    private int headerBytes;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "256",
            description = "Maximum number of connections at a time; more wait (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--max-event-streams",
            paramLabel = "N",
            defaultValue = "64",
            description = "Maximum number of clients of /v1/events at a time (default: ${DEFAULT-VALUE}).")
    private int eventStreams;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory limit of the server with all its processes, such as 4GB (default: two thirds of the"
                    + " memory of the machine).")
    private Optional<String> memory = Optional.empty();

    @Option(
            names = "--reading-timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long reading the model and the quiz of a run may go without progress (default:"
                    + " ${DEFAULT-VALUE}).")
    private int readingTimeout;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "File to which one line of JSON is appended for each finished query and each change of a run,"
                    + " without the text of queries. By default only unexpected failures are reported, on stderr.")
    private Optional<Path> log = Optional.empty();

    /** What the processes that compute runs may take. */
    WorkerSettings worker() {
        return WorkerCommand.settings(memory().worker(), Duration.ofSeconds(readingTimeout));
    }

    /**
     * How models answer requests, if there are any: each in a process of its own.
     *
     * @throws GatehouseException INVALID_ARGUMENT if there is no such precision, or if this machine has no such device
     */
    Optional<ModelSettings> models() {
        Device device = precision.requireKnown();
        if (models.isEmpty()) {
            return Optional.empty();
        }
        WorkerSettings worker = ModelWorkerCommand.settings(memory().model(), Duration.ofSeconds(readingTimeout));
        ModelSettings settings = new ModelSettings(
                path -> ModelProcess.start(
                        worker, new ModelSpec(path.toString(), precision.precision(), precision.device())),
                memory().modelProcesses(),
                QUEUED_PER_MODEL,
                Duration.ofSeconds(modelTimeout));
        if (!device.equals(Device.CPU)) {
            // Whether this machine has such a GPU, only TensorFlow can say, which this process does not load.
            settings.starter().start(models.get(0)).close();
        }
        return Optional.of(settings);
    }

    ServerMemory memory() {
        return memory.map(size -> new ServerMemory(MemorySize.bytes(size), models.size()))
                .orElseGet(() -> ServerMemory.standard(models.size()));
    }

    ServerSettings settings() {
        QueryQuota quota = new QueryQuota(
                Duration.ofSeconds(queryTimeout),
                Duration.ofSeconds(planningTimeout),
                rows,
                resultBytes,
                queries.orElse(QueryQuota.standard().concurrent()),
                longQueries.orElse(QueryQuota.standard().computing()),
                queued,
                Duration.ofSeconds(queueTimeout));
        return new ServerSettings(
                new ListenAddress(host, port),
                access(),
                quota,
                new HttpLimits(
                        bodyBytes,
                        Duration.ofSeconds(bodyTimeout),
                        headerBytes,
                        HttpLimits.HEAD_TIME,
                        connections,
                        eventStreams),
                memory(),
                RunSources.of(models, quizzes),
                log,
                GatehouseVersion.current());
    }

    /** The port for PostgreSQL's clients, if there is to be one. */
    Optional<PgSettings> pg(ServerSettings settings) {
        return pgPort.map(wanted -> new PgSettings(
                new ListenAddress(host, wanted),
                settings.access().token(),
                settings.access().tls().map(Tls::context),
                settings.http()));
    }

    private AccessSettings access() {
        if (keystore.isPresent() != passwordFile.isPresent()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--tls-keystore and --tls-password-file must be given together.");
        }
        Optional<Tls> tls = keystore.map(file -> new Tls(file, SecretFile.password(passwordFile.orElseThrow())));
        return new AccessSettings(tokenFile.map(SecretFile::token), tls, insecure, names);
    }
}
