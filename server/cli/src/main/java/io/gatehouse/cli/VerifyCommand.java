package io.gatehouse.cli;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.store.Store;
import io.gatehouse.store.Verification;
import io.gatehouse.store.Verification.RunContent;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        description = {
            "Checks a database file: its ledger against what is there, rows without a question, positions that are double"
                    + " or missing, values out of range, rollups against their facts. Ends with code 3 if anything is"
                    + " wrong.",
            "Prints a hash of the content of each run, which is the same for the same answers, tokens and decisions in"
                    + " whatever file, order and number of tries they were written."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse verify --db routing.duckdb"})
final class VerifyCommand implements Callable<Integer> {
    @Option(
            names = "--db",
            required = true,
            paramLabel = "FILE",
            description = "DuckDB file to check, or the directory of an export.")
    private Path database = Path.of("");

    @Mixin
    private ReportOutput output = new ReportOutput();

    @Override
    public Integer call() {
        long start = System.nanoTime();
        try (Store store = Store.open(database)) {
            Verification verification = store.verify();
            Report report = new Report()
                    .figure("Runs", verification.runs().size())
                    .figure("Problems", verification.problems().size());
            for (RunContent run : verification.runs()) {
                report.figure(
                        run.name(),
                        "%s, %d answers, %d decisions, content %s"
                                .formatted(run.status().id(), run.answers(), run.routingRows(), run.hash()));
            }
            for (int i = 0; i < verification.problems().size(); i++) {
                report.figure(
                        "Problem %d".formatted(i + 1), verification.problems().get(i));
            }
            report.figure("Seconds", Math.round((System.nanoTime() - start) / 1e6) / 1000.0)
                    .print(output);
            return verification.problems().isEmpty() ? 0 : ErrorCategory.CORRUPT.exitCode();
        }
    }
}
