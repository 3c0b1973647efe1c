package io.gatehouse.cli;

import io.gatehouse.cli.run.WorkerPlanner;
import io.gatehouse.cli.sql.EngineOption;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.PgServer;
import io.gatehouse.pg.PgSettings;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.model.ModelSettings;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.RemoteEngine;
import io.gatehouse.store.Store;
import io.gatehouse.worker.WorkerSettings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the console and the HTTP API until it is told to stop. */
@Command(
        name = "serve",
        description = {
            "Serves a database file to browsers and HTTP clients.",
            "Start runs over HTTP, or with 'gatehouse run' on the same file.",
            "With --model it also answers the requests of evaluation harnesses, as OpenAI's and vLLM's servers do."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse serve --db sample.duckdb --port 8080",
            "  gatehouse serve --db sample.duckdb --model models/olmoe",
            "  gatehouse serve --db sample.duckdb --host 0.0.0.0 --public-name lab7 \\",
            "      --token-file token --insecure"
        })
final class ServeCommand implements Runnable {
    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "Database file to serve, or the directory of an export.")
    private Path database = Path.of("");

    @Option(names = "--create", description = "Make the database file if there is none.")
    private boolean create;

    @Mixin
    private EngineOption engine = new EngineOption();

    @Mixin
    private ServeOptions options = new ServeOptions();

    @Spec
    private CommandSpec command = CommandSpec.create();

    private final StopSignal stop;

    ServeCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public void run() {
        ServerSettings settings = options.settings();
        Optional<ModelSettings> models = options.models();
        stop.take();
        if (create && !Files.exists(database)) {
            Store.create(database).close();
        }
        try (Store store = Store.open(database, settings.memory().database())) {
            serve(store, settings, models);
        }
    }

    private void serve(Store store, ServerSettings settings, Optional<ModelSettings> models) {
        if (!engine.isGiven()) {
            store.limitOperators(settings.memory().operator());
            try (QueryEngine own = new QueryEngine(store)) {
                serve(
                        store,
                        own,
                        settings,
                        options.pg(settings),
                        options.worker(),
                        models,
                        stop,
                        command.commandLine().getOut());
            }
            return;
        }
        if (!store.isReadOnly()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--engine needs a directory that gatehouse export wrote");
        }
        try (RemoteEngine remote = engine.connect(database.toString())) {
            serve(
                    store,
                    remote.engine(),
                    settings,
                    options.pg(settings),
                    options.worker(),
                    models,
                    stop,
                    command.commandLine().getOut());
        }
    }

    /** Serves what is open until the process is asked to stop. */
    static void serve(
            Store store,
            QueryEngine engine,
            ServerSettings settings,
            Optional<PgSettings> pg,
            WorkerSettings worker,
            Optional<ModelSettings> models,
            StopSignal stop,
            PrintWriter out) {
        try (GatehouseServer server = GatehouseServer.start(
                store, engine, settings, new WorkerPlanner(store, worker, reader(worker, settings)), models)) {
            Optional<PgServer> pgPort = pg.map(wanted -> PgServer.start(server, wanted));
            engine.warmUp();
            announce(store, server, pgPort, settings, models, out);
            stop.await();
            server.pending().ifPresent(pending -> {
                out.printf("Stopping: %s.%n", pending);
                out.flush();
            });
            pgPort.ifPresent(PgServer::close);
        }
    }

    /** What a process that reads the files of a run may take while another one computes. */
    private static WorkerSettings reader(WorkerSettings worker, ServerSettings settings) {
        long memory = Math.min(worker.memory(), settings.memory().reader());
        return new WorkerSettings(worker.program(), memory, worker.patience());
    }

    private static void announce(
            Store store,
            GatehouseServer server,
            Optional<PgServer> pg,
            ServerSettings settings,
            Optional<ModelSettings> models,
            PrintWriter out) {
        int runs = store.runs().size();
        out.printf(
                Locale.ROOT,
                "Gatehouse serves %s (%d %s, %.1f MB)%n",
                store.file(),
                runs,
                runs == 1 ? "run" : "runs",
                store.bytes() / 1e6);
        out.printf("  %s%n", server.uri());
        pg.ifPresent(port -> out.printf("  %s%n", port.address()));
        out.printf(
                Locale.ROOT,
                "Limits: %d s for a query, %.1f GB of memory; all limits: %sv1/health%n",
                settings.queries().timeout().toSeconds(),
                settings.memory().bytes() / 1e9,
                server.uri());
        if (models.isPresent()) {
            out.printf(
                    "Models: %s%n",
                    String.join(", ", settings.sources().models().keySet()));
        }
        out.println("Press Ctrl-C to stop.");
        out.flush();
    }
}
