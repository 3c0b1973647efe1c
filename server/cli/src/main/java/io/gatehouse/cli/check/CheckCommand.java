package io.gatehouse.cli.check;

import io.gatehouse.cli.sql.QueryTarget;
import io.gatehouse.cli.terminal.CellText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        description = {
            "Runs the statements of a file as assertions, for the CI of model builds.",
            "A statement must return no rows. Below the comment '-- same as: RUN' it must return the same rows as for that"
                    + " run; '-- tolerance:' allows a difference, as a number or a percentage. '-- name:' names the check,"
                    + " and :run in the statement is the id of the run that is checked (docs/cli.md).",
            "Exits with code 1 if a check fails. If a server has the file open, the statements go to that server."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  gatehouse check --db routing.duckdb --run build-71 checks.sql",
            "  gatehouse check --url http://127.0.0.1:8080 --junit checks.xml checks.sql"
        })
public final class CheckCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE.sql", description = "File of checks.")
    private List<Path> files = List.of();

    @Mixin
    private QueryTarget target = new QueryTarget();

    @Option(
            names = "--run",
            paramLabel = "NAME",
            description =
                    "Name of the run that :run stands for; by default the last complete run without an intervention.")
    private Optional<String> run = Optional.empty();

    @Option(names = "--junit", paramLabel = "FILE", description = "Also write the outcomes to FILE as JUnit XML.")
    private Optional<Path> junit = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        List<CheckReport> reports =
                target.ask(session -> run(files.stream().map(CheckFile::read).toList(), new Checker(session, run)));
        junit.ifPresent(file -> JUnitFile.write(file, reports));
        return reports.stream().mapToInt(CheckReport::exitCode).max().orElse(0);
    }

    private List<CheckReport> run(List<CheckFile> checks, Checker checker) {
        PrintWriter out = spec.commandLine().getOut();
        if (run.isPresent() || checks.stream().anyMatch(CheckFile::takesRun)) {
            out.printf("Checking run '%s'%n", CellText.visible(checker.run()));
        }
        List<CheckReport> reports = new ArrayList<>();
        for (CheckFile file : checks) {
            CheckReport report = CheckReport.of(file, checker, out);
            report.printTotal(out);
            reports.add(report);
        }
        return reports;
    }
}
