package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.study.Study;
import io.gatehouse.study.report.HtmlReport;
import io.gatehouse.study.report.MarkdownReport;
import io.gatehouse.trace.TraceKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/import.md and docs/quiz.md on the files of docs/samples work, and every sample has one. */
final class TestDocumentedFiles {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path DOCS = ROOT.resolve("docs");

    /** Runs whose reports are looked at in Markdown, too. */
    private static final List<String> MARKDOWN =
            List.of("long", "vllm", "router-logits", "imatrix", "committee", "c3po");

    /** Read with the trace that it lies beside. */
    private static final String BESIDE = "logits_rank0.bin";

    @TempDir
    private Path directory;

    @Test
    void everyKindOfImportHasAFileThatIsRead() throws Exception {
        List<String> commands = commands("import.md");
        for (TraceKind kind : TraceKind.values()) {
            String option = kind == TraceKind.LM_EVAL ? "--answers" : "--from %s ".formatted(kind.id());
            assertThat(commands).as(option).anyMatch(command -> command.contains(option));
        }
        String database = directory.resolve("samples.duckdb").toString();
        for (String command : commands) {
            run(command, database);
        }
        List<String> named = new ArrayList<>(names(commands));
        named.add(BESIDE);
        assertThat(named).containsAll(samples("import"));
        CommandOutcome counts = CommandOutcome.of(
                "sql",
                "--db",
                database,
                "--format",
                "csv",
                "-c",
                "SELECT count(*) FROM runs WHERE source <> 'gatehouse'");
        assertThat(counts.out().lines()).element(1).isEqualTo(String.valueOf(commands.size()));
        CommandOutcome series = CommandOutcome.of(
                "sql",
                "--db",
                database,
                "--format",
                "csv",
                "-c",
                "SELECT step FROM run_load WHERE step IS NOT NULL ORDER BY step");
        assertThat(series.out().lines()).containsExactly("step", "100", "200");
        assertMarkdown("long", report(database, "long", "markdown"));
        new ReportPage(report(database, "vllm", "html")).assertComplete("vllm");
        assertReports(
                database,
                commands.stream()
                        .map(command -> command.replaceFirst(".* --name (\\S+) .*", "$1"))
                        .toList());
    }

    /** Not by the command, which opens the file and asks everything anew for each report. */
    private static void assertReports(String database, List<String> names) {
        try (Store store = Store.open(Path.of(database));
                QueryEngine engine = new QueryEngine(store)) {
            assertThat(store.runs()).extracting(RunSummary::name).containsExactlyInAnyOrderElementsOf(names);
            assertThat(names).containsAll(MARKDOWN);
            for (RunSummary run : store.runs()) {
                Study study = Study.of(engine, run.runId());
                new ReportPage(HtmlReport.of(study)).assertComplete(run.name());
                if (MARKDOWN.contains(run.name())) {
                    assertMarkdown(run.name(), MarkdownReport.of(study));
                }
            }
        }
    }

    private static void assertMarkdown(String run, String report) {
        assertThat(report)
                .as(run)
                .contains("## Not in this report", "**Table 1.** ")
                .doesNotContain("NaN", "\n\n\n\n");
    }

    private String report(String database, String run, String format) throws Exception {
        Path file = directory.resolve(run + "." + format);
        CommandOutcome study =
                CommandOutcome.of("study", "--db", database, "--run", run, "--format", format, "-o", file.toString());
        assertThat(study.exitCode()).as(study.err()).isZero();
        return Files.readString(file);
    }

    @Test
    void everyFormOfAQuizHasAFileThatIsRead() throws Exception {
        List<String> commands = commands("quiz.md");
        assertThat(commands).hasSize(8);
        for (int i = 0; i < commands.size(); i++) {
            CommandOutcome outcome = run(
                    commands.get(i),
                    directory.resolve("quiz%d.duckdb".formatted(i)).toString());
            assertThat(outcome.out()).containsPattern("Questions answered +[12]\n");
        }
        assertThat(names(commands)).containsAll(samples("quiz"));
    }

    private static CommandOutcome run(String command, String database) {
        String[] words = Stream.of(command.replace("./gatehouse ", "").split(" +", -1))
                .map(word -> word.endsWith(".duckdb") ? database : word)
                .map(word -> word.startsWith("docs/") || word.startsWith("core/")
                        ? ROOT.resolve(word).toString()
                        : word)
                .toArray(String[]::new);
        CommandOutcome outcome = CommandOutcome.of(words);
        assertThat(outcome.exitCode()).as("%s: %s", command, outcome.err()).isZero();
        return outcome;
    }

    private static List<String> commands(String page) throws Exception {
        return Files.readAllLines(DOCS.resolve(page)).stream()
                .filter(line -> line.startsWith("./gatehouse ") && line.contains("docs/samples/"))
                .toList();
    }

    /** The files and directories that commands name. */
    private static List<String> names(List<String> commands) {
        return commands.stream()
                .flatMap(command -> Pattern.compile("docs/samples/\\w+/(\\S+)")
                        .matcher(command)
                        .results()
                        .map(name -> name.group(1)))
                .toList();
    }

    private static List<String> samples(String kind) throws Exception {
        try (Stream<Path> files = Files.list(DOCS.resolve("samples").resolve(kind))) {
            return files.map(file -> file.getFileName().toString()).sorted().collect(Collectors.toList());
        }
    }
}
