package io.gatehouse.cli;

import io.gatehouse.cli.file.SharedFile;
import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.cli.terminal.Report;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.study.Part;
import io.gatehouse.study.Study;
import io.gatehouse.study.report.HtmlReport;
import io.gatehouse.study.report.MarkdownReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "study",
        description = {
            "Writes the report of a run. Each figure comes with its SQL.",
            "The report is one self-contained page. --part chooses one: the findings of the paper (base), serving or"
                    + " compression (docs/study.md)."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse study --db routing.duckdb -o report.html",
            "  gatehouse study --db routing.duckdb --part serving -o serving.html"
        })
final class StudyCommand implements Callable<Integer> {
    /** What the report is written as. */
    enum Format {
        HTML,
        MARKDOWN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--db", required = true, paramLabel = "FILE", description = "Database file of the run.")
    private Path database = Path.of("");

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description = "Name of the run; by default the last complete run without an intervention.")
    private Optional<String> run = Optional.empty();

    @Option(
            names = "--part",
            paramLabel = "PART",
            description = "Report to write: one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.",
            defaultValue = "base")
    private Part part = Part.BASE;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "File to write; default: report.html, or PART-report.html for another part (.md for Markdown);"
                            + " - is standard output.")
    private Optional<String> output = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "One of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.",
            defaultValue = "html")
    private Format format = Format.HTML;

    @Option(
            names = "--json",
            description =
                    "Print what the report says as JSON; docs/cli.md describes the keys. A report is written only if"
                            + " --output names its file.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (json && output.filter("-"::equals).isPresent()) {
            throw new ParameterException(spec.commandLine(), "--json and a report cannot both go to standard output");
        }
        Study study = new SharedFile(database, spec.commandLine().getErr())
                .ask(session -> Study.of(session, runId(session), part));
        String text = format == Format.HTML ? HtmlReport.of(study) : MarkdownReport.of(study);
        String file = output.orElseGet(this::standardFile);
        if (json) {
            Optional<Path> report = output.map(name -> write(Path.of(name), text));
            out.println(Report.json(data(study, report)));
        } else if (file.equals("-")) {
            out.print(text);
        } else {
            out.printf(
                    "Run “%s”%s%n",
                    CellText.visible(study.run().name()),
                    run.isPresent() ? "" : ", the last complete run without an intervention");
            printFindings(study, out);
            out.printf("%nReport written to %s%n", write(Path.of(file), text).toUri());
        }
        out.flush();
        return 0;
    }

    private String standardFile() {
        String name = format == Format.HTML ? "report.html" : "report.md";
        return part == Part.BASE ? name : "%s-%s".formatted(part, name);
    }

    private int runId(Session session) {
        if (run.isPresent()) {
            return Study.findRun(session, run.get())
                    .orElseThrow(() -> new GatehouseException(
                            ErrorCode.RUN_NOT_FOUND, "%s has no run named \"%s\"".formatted(database, run.get())));
        }
        return Study.findLatest(session)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.RUN_NOT_FOUND, "%s has no complete run without an intervention".formatted(database)));
    }

    /**
     * What was found, as data.
     *
     * @param report where the report was written, if it was
     */
    static Map<String, @Nullable Object> data(Study study, Optional<Path> report) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("part", study.part().toString());
        data.put("run", study.run().data());
        data.put("figures", study.values());
        data.put("absent", study.absentNames());
        data.put("report", report.map(Path::toString).orElse(null));
        return data;
    }

    /** What was found, for a terminal: the titles and sentences of the figures. */
    private static void printFindings(Study study, PrintWriter out) {
        if (study.run().isPartial()) {
            out.printf("Partial run: %s%n", study.run().status());
        }
        study.figures().forEach(evidence -> {
            List<String> sentences = MarkdownReport.sentences(evidence);
            if (!sentences.isEmpty()) {
                out.printf("%n%s%n", evidence.figure().title());
                sentences.forEach(sentence -> out.println("  " + CellText.visible(sentence)));
            }
        });
    }

    /** Writes the report; the directory must be there. */
    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text).toAbsolutePath();
        } catch (IOException e) {
            throw FileFailure.writing(file, e);
        }
    }
}
