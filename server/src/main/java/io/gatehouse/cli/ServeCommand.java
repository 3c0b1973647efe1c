package io.gatehouse.cli;

import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.query.QueryAllowance;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the console and the query API until it is told to stop. */
@Command(
        name = "serve",
        description = "Serve a file to browsers and HTTP clients of this machine.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse serve --db sample.duckdb --port 8080"})
final class ServeCommand implements Runnable {
    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "Database file to serve, or the directory of an export.")
    private Path database = Path.of("");

    @Option(
            names = "--host",
            paramLabel = "H",
            defaultValue = "127.0.0.1",
            description = "Address to listen at; only this machine's own (default: ${DEFAULT-VALUE}).")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "8080",
            description = "Port to listen at, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--query-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Time that one query may take (default: ${DEFAULT-VALUE}).")
    private int queryTimeout;

    @Spec
    private CommandSpec command = CommandSpec.create();

    private final StopSignal stop;

    ServeCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public void run() {
        ListenAddress address = new ListenAddress(host, port);
        ServerSettings settings = ServerSettings.standard(address, GatehouseVersion.current())
                .with(QueryAllowance.standard().withTimeout(Duration.ofSeconds(queryTimeout)));
        stop.take();
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store)) {
            serve(store, engine, settings, stop, command.commandLine().getOut());
        }
    }

    /** Serves what is open until the process is asked to stop. */
    static void serve(Store store, QueryEngine engine, ServerSettings settings, StopSignal stop, PrintWriter out) {
        try (GatehouseServer server = GatehouseServer.start(store, engine, settings)) {
            engine.warmUp();
            announce(store, server, out);
            stop.await();
        }
    }

    private static void announce(Store store, GatehouseServer server, PrintWriter out) {
        int runs = store.runs().size();
        out.printf("Gatehouse serves %s (%d %s)%n", store.file(), runs, runs == 1 ? "run" : "runs");
        out.printf("  %s%n", server.uri());
        out.println("Ctrl-C stops it.");
        out.flush();
    }
}
