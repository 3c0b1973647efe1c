package io.gatehouse.cli;

import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.cli.terminal.StatusLine;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExportListener;
import io.gatehouse.store.transfer.ExportSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "export",
        description = {
            "Exports a database file as a directory of Parquet files, which DuckDB, Spark, Trino and pandas can read.",
            "The files are TABLE/run_id=.../shard=.../data.parquet, and README.md, a dataset card for Hugging Face's Hub."
                    + " The directory is read-only: sql, serve, verify, runs list and runs show accept it as --db.",
            "With --as it writes a file for other programs."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse export --db routing.duckdb --output routing",
            "  gatehouse sql --db routing -c \"FROM unused_experts ORDER BY layer\"",
            "  gatehouse export --as duckdb --db routing.duckdb --output plain.duckdb",
            "  gatehouse export --as eplb --run mmlu --db routing.duckdb --output loads.json"
        })
final class ExportCommand implements Callable<Integer> {
    @Option(names = "--db", required = true, paramLabel = "FILE", description = "DuckDB file to export.")
    private Path database = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "DIR",
            description = "New or empty directory to write; with --as, the file to write, and a directory for r3.")
    private Path directory = Path.of("");

    @Mixin
    private HandoverOptions handover = new HandoverOptions();

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal stop;

    ExportCommand(StopSignal stop) {
        this.stop = stop;
    }

    @Override
    public Integer call() {
        if (handover.given()) {
            requireOtherFile();
            new SharedFile(database, output.err()).ask(session -> {
                handover.write(session, directory);
                return directory;
            });
            new Report().figure("File", directory.toString()).print(output);
            return 0;
        }
        long start = System.nanoTime();
        stop.take();
        try (StatusLine line = new StatusLine(spec.commandLine().getErr())) {
            ExportSummary summary = new SharedFile(database, output.err())
                    .own("export", () -> Store.export(database, directory, listener(line)));
            new Report()
                    .figure("Directory", directory.toString())
                    .figure("Runs", summary.runs())
                    .figure("Shards", summary.shards())
                    .figure("Files", summary.files())
                    .bytes("Bytes", summary.bytes())
                    .figure("Seconds", Math.round((System.nanoTime() - start) / 1e6) / 1000.0)
                    .print(output);
        }
        return 0;
    }

    /** The new file replaces what is there. */
    private void requireOtherFile() {
        // As Handover resolves it: a/../b is b, even if there is no a.
        Path target = directory.toAbsolutePath().normalize();
        try {
            if (Files.exists(database) && Files.exists(target) && Files.isSameFile(database, target)) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "%s is the database that is exported; give another --output.".formatted(directory));
            }
        } catch (IOException e) {
            throw FileFailure.reading(database, e);
        }
    }

    private ExportListener listener(StatusLine line) {
        return new ExportListener() {
            @Override
            public void progress(int shards, int of) {
                line.show(
                        (double) shards / of,
                        () -> "%3.0f%%  %,d of %,d shards".formatted(100.0 * shards / of, shards, of));
            }

            @Override
            public boolean cancelled() {
                return stop.raised();
            }
        };
    }
}
