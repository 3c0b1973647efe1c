package io.gatehouse.bench.command;

import io.gatehouse.bench.sql.AnalysisBench;
import io.gatehouse.cli.terminal.CountConverter;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.memory.MemorySize;
import io.gatehouse.store.Store;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "analyses",
        description = {
            "Runs the example of each view and table function once, and reports the seconds from the text to the last row."
                    + " Most examples ask about run 1; those that compare two runs use the last other run, or run 1 itself"
                    + " if it is the only one.",
            "If an example fails, its error is shown instead of the number of rows.",
            "Without --db it first writes a file of synthetic routing, as bench store does."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse bench analyses --activations 200M --memory 4GB"})
final class BenchAnalysesCommand implements Callable<Integer> {
    @Option(
            names = "--activations",
            paramLabel = "N",
            defaultValue = "50M",
            converter = CountConverter.class,
            description = "Activations to write, such as 50M; default: ${DEFAULT-VALUE}.")
    private long activations;

    @Mixin
    private BenchedFile file = new BenchedFile();

    @Option(
            names = "--names",
            paramLabel = "REGEX",
            defaultValue = ".*",
            description = "Names of the analyses to ask, as a regular expression; default: all.")
    private Pattern names = Pattern.compile(".*");

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Seconds after which an analysis is ended; default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory that DuckDB may take; default: ${DEFAULT-VALUE}.")
    private String memory = "4GB";

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        long bytes = MemorySize.bytes(memory);
        file.ask(activations, path -> Store.open(path, bytes), this::measure);
        return 0;
    }

    private void measure(Store store) {
        new Report()
                .figure("Cores", Runtime.getRuntime().availableProcessors())
                .table(
                        "Analyses",
                        new AnalysisBench(store, Duration.ofSeconds(timeout), names)
                                .run().stream().map(BenchAnalysesCommand::row).toList())
                .print(output);
    }

    private static Report.Row row(AnalysisBench.Measured measured) {
        return new Report.Row()
                .with("analysis", measured.analysis())
                .with("seconds", Report.rounded(measured.duration().toNanos() / 1e9, 2))
                .with("rows", measured.rows())
                .with("error", measured.failure());
    }
}
