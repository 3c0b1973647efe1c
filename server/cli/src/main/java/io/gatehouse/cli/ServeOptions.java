package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.MemorySize;
import io.gatehouse.server.Exposure;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerMemory;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.Tls;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.query.QueryAllowance;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.worker.WorkerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where and for whom a server is, and what it allows: the options of the command that serves. */
final class ServeOptions {
    @Option(
            names = "--host",
            paramLabel = "H",
            defaultValue = "127.0.0.1",
            description = "Address to listen at (default: ${DEFAULT-VALUE}, this machine only). Any other needs"
                    + " --token-file, and --tls-keystore or --insecure.")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "8080",
            description = "Port to listen at, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--public-name",
            paramLabel = "NAME",
            description = "Name or address that clients call this server by, or an origin such as https://lab7 or"
                    + " http://localhost:9000 where a proxy or a tunnel stands before it; may be repeated.")
    private List<String> names = List.of();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token that clients must send; only its owner may read it (mode 0600).")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(names = "--tls-keystore", paramLabel = "FILE", description = "PKCS #12 file with certificate and key.")
    private Optional<Path> keystore = Optional.empty();

    @Option(
            names = "--tls-password-file",
            paramLabel = "FILE",
            description = "File with the password of the key store; only its owner may read it.")
    private Optional<Path> passwordFile = Optional.empty();

    @Option(
            names = "--insecure",
            description =
                    "Serve the network without TLS, because something else encrypts: token and data are in the clear.")
    private boolean insecure;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Checkpoint that clients may start runs with; may be repeated.")
    private List<Path> models = List.of();

    @Option(
            names = "--quiz",
            paramLabel = "PATH",
            description = "Quiz that clients may start runs with; may be repeated.")
    private List<Path> quizzes = List.of();

    @Option(
            names = "--query-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Time that one query may take (default: ${DEFAULT-VALUE}).")
    private int queryTimeout;

    @Option(
            names = "--planning-timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Part of --query-timeout that planning may take (default: ${DEFAULT-VALUE}).")
    private int planningTimeout;

    @Option(
            names = "--max-rows",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Rows of a JSON answer when the client names no limit (default: ${DEFAULT-VALUE}).")
    private long rows;

    @Option(
            names = "--max-result-bytes",
            paramLabel = "N",
            defaultValue = "16000000000",
            description = "Bytes of one answer (default: ${DEFAULT-VALUE}).")
    private long resultBytes;

    @Option(
            names = "--max-queries",
            paramLabel = "N",
            description = "Queries that run at a time (default: twice the cores, 8 at least).")
    private Optional<Integer> queries = Optional.empty();

    @Option(
            names = "--max-long-queries",
            paramLabel = "N",
            description = "Long queries that compute at a time. Short queries do not wait for them (default: half the"
                    + " cores, 2 at least).")
    private Optional<Integer> longQueries = Optional.empty();

    @Option(
            names = "--max-queued",
            paramLabel = "N",
            defaultValue = "64",
            description = "Queries that wait for one of them to end; further ones are told to come again (default:"
                    + " ${DEFAULT-VALUE}).")
    private int queued;

    @Option(
            names = "--queue-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Time that a query waits (default: ${DEFAULT-VALUE}).")
    private int queueTimeout;

    @Option(
            names = "--max-body-bytes",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Bytes of a request's body (default: ${DEFAULT-VALUE}).")
    private int bodyBytes;

    @Option(
            names = "--body-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Time for a request's body to come (default: ${DEFAULT-VALUE}).")
    private int bodyTimeout;

    @Option(
            names = "--max-header-bytes",
            paramLabel = "N",
            defaultValue = "8192",
            description = "Bytes of a request's headers (default: ${DEFAULT-VALUE}).")
    private int headerBytes;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "256",
            description = "Connections at a time; further ones wait (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--max-event-streams",
            paramLabel = "N",
            defaultValue = "64",
            description = "Clients that listen to /v1/events at a time (default: ${DEFAULT-VALUE}).")
    private int eventStreams;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory that the server may take, all its processes together, such as 4GB (default: two"
                    + " thirds of the machine's).")
    private Optional<String> memory = Optional.empty();

    @Option(
            names = "--reading-timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "Time in which whatever reads the model and the quiz of a run must get on (default:"
                    + " ${DEFAULT-VALUE}).")
    private int readingTimeout;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "File to append a line of JSON to for each query that ended and each change of a run; without"
                    + " what was asked. By default only what fails unexpectedly is said, on stderr.")
    private Optional<Path> log = Optional.empty();

    /** What the processes that compute runs may take. */
    WorkerSettings worker() {
        return WorkerCommand.settings(memory().worker(), Duration.ofSeconds(readingTimeout));
    }

    ServerMemory memory() {
        return memory.map(size -> new ServerMemory(MemorySize.bytes(size))).orElseGet(ServerMemory::standard);
    }

    ServerSettings settings() {
        QueryAllowance allowance = new QueryAllowance(
                Duration.ofSeconds(queryTimeout),
                Duration.ofSeconds(planningTimeout),
                rows,
                resultBytes,
                queries.orElse(QueryAllowance.standard().concurrent()),
                longQueries.orElse(QueryAllowance.standard().computing()),
                queued,
                Duration.ofSeconds(queueTimeout));
        return new ServerSettings(
                new ListenAddress(host, port),
                exposure(),
                allowance,
                new HttpLimits(bodyBytes, Duration.ofSeconds(bodyTimeout), headerBytes, connections, eventStreams),
                memory(),
                RunSources.of(models, quizzes),
                log,
                GatehouseVersion.current());
    }

    private Exposure exposure() {
        if (keystore.isPresent() != passwordFile.isPresent()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--tls-keystore and --tls-password-file go together.");
        }
        Optional<Tls> tls = keystore.map(file -> new Tls(file, SecretFile.password(passwordFile.orElseThrow())));
        return new Exposure(tokenFile.map(SecretFile::token), tls, insecure, names);
    }
}
