package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plans of DuckDB depend on what else is in the file: beside five imports, it planned {@code criteria_agreement} in a way
 * that failed with an internal error ("dict-surviving cache").
 */
final class TestStudyBesideImports {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));

    @Test
    void theReportOfARunIsWritten(@TempDir Path directory) {
        String database = directory.resolve("many.duckdb").toString();
        String samples = ROOT.resolve("docs/samples/import/long.jsonl").toString();
        for (int number = 1; number <= 5; number++) {
            run("import", "--from", "long", "--db", database, "--name", "long-" + number, samples);
        }
        Path sample = ROOT.resolve("core").resolve("sample");
        run(
                "run",
                "--model",
                sample.resolve("model").toString(),
                "--quiz",
                sample.resolve("quiz").toString(),
                "--db",
                database,
                "--name",
                "own",
                "--norms",
                "--limit",
                "200");
        assertThat(run("study", "--db", database, "--run", "own", "--format", "markdown", "-o", "-"))
                .contains("The criteria that agree least");
        String pairs =
                "SELECT count(*) AS n FROM criteria_agreement AS c JOIN runs AS r USING (run_id) WHERE name = 'own'";
        assertThat(run("sql", "--db", database, "-c", pairs))
                .as("36 pairs of criteria in 4 layers and 2 scopes")
                .contains("288");
    }

    private static String run(String... arguments) {
        CommandOutcome outcome = CommandOutcome.of(arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return outcome.out();
    }
}
