package io.gatehouse.cli;

import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.cli.terminal.ReportOutput;
import io.gatehouse.error.ErrorCategory;
import io.gatehouse.store.Store;
import io.gatehouse.store.verify.Verification;
import io.gatehouse.store.verify.Verification.RunContent;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        description = {
            "Checks a database file: the ledger against the stored rows, rows without a question, duplicate or missing"
                    + " positions, values out of range, and rollups against their facts. Exits with code 3 if anything is"
                    + " wrong.",
            "Prints a content hash of each run. The same answers, tokens and routing decisions give the same hash in"
                    + " any file, whatever the order or number of attempts in which they were written."
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
        Verification verification = new SharedFile(database, output.err()).own("verify", () -> {
            try (Store store = Store.open(database)) {
                return store.verify();
            }
        });
        double seconds = Report.rounded((System.nanoTime() - start) / 1e9, 3);
        if (output.json()) {
            output.writer().println(Report.json(data(verification, seconds)));
            output.writer().flush();
        } else {
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
            report.figure("Seconds", seconds).print(output);
        }
        return verification.problems().isEmpty() ? 0 : ErrorCategory.CORRUPT.exitCode();
    }

    private static Map<String, Object> data(Verification verification, double seconds) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(
                "runs",
                verification.runs().stream()
                        .map(run -> {
                            Map<String, Object> content = new LinkedHashMap<>();
                            content.put("name", run.name());
                            content.put("status", run.status().id());
                            content.put("answers", run.answers());
                            content.put("decisions", run.routingRows());
                            content.put("content", run.hash());
                            return content;
                        })
                        .toList());
        data.put("problems", verification.problems());
        data.put("seconds", seconds);
        return data;
    }
}
