package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.terminal.CountConverter;
import io.gatehouse.testing.store.SeededFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about what is in a file: {@code runs} and {@code verify}. */
final class TestRunsCommand {
    @TempDir
    private Path directory;

    private String file = "";

    @BeforeEach
    void write() {
        Path path = directory.resolve("a.duckdb");
        SeededFile.write(path);
        file = path.toString();
    }

    @Test
    void listsShowsDeletesAndCompacts() {
        CommandOutcome list = CommandOutcome.of("runs", "list", "--db", file);
        assertThat(list.out())
                .containsPattern(
                        "run +name +status +answered +accuracy +model +quiz +recorded +storage +precision +interventions")
                .containsPattern(
                        "1 +first +complete +24 of 24 +[0-9.]+% .* all prompt tokens +not recorded +exact +none ");
        assertThat(CommandOutcome.of("runs", "--db", file)).isEqualTo(list);
        CommandOutcome show = CommandOutcome.of("runs", "show", "--db", file, "first", "--json");
        assertThat(show.out()).contains("\"status\" : \"complete\"", "\"shots\" : 0", "\"recorded\" : \"prompt\"");
        assertThat(CommandOutcome.of("runs", "show", "--db", file, "first").out())
                .containsPattern("Interventions +none")
                .containsPattern("Questions +24 of 24 answered")
                .containsPattern("Command +gatehouse run --model ");
        assertThat(CommandOutcome.of("runs", "delete", "--db", file, "first").exitCode())
                .isZero();
        assertThat(CommandOutcome.of("runs", "list", "--db", file).out()).hasLineCount(1);
        assertThat(CommandOutcome.of("runs", "compact", "--db", file).out()).contains("Bytes after");
    }

    @Test
    void editsNameNoteAndTags() {
        CommandOutcome edited = CommandOutcome.of(
                "runs",
                "edit",
                "--db",
                file,
                "first",
                "--name",
                "baseline",
                "--note",
                "for the paper",
                "--tags",
                "a,b");
        assertThat(edited.err()).isEmpty();
        assertThat(edited.out()).contains("baseline");
        assertThat(CommandOutcome.of("runs", "show", "--db", file, "baseline").out())
                .containsPattern("Tags +a, b")
                .containsPattern("Note +for the paper");
        CommandOutcome.of("runs", "edit", "--db", file, "baseline", "--tags", "");
        assertThat(CommandOutcome.of("runs", "show", "--db", file, "baseline", "--json")
                        .out())
                .contains("\"note\" : \"for the paper\"", "\"tags\" : [ ]");
        assertThat(CommandOutcome.of("runs", "edit", "--db", file, "baseline").err())
                .contains("Nothing to change: give --name, --note or --tags.");
    }

    @Test
    void aCopyOfAQuizIsRecordedAsThatQuiz() throws Exception {
        Path sample =
                Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
        Path copy = Files.createSymbolicLink(directory.resolve("copy"), sample.resolve("quiz"));
        String runs = directory.resolve("runs.duckdb").toString();
        String model = sample.resolve("model").toString();
        for (Path quiz : List.of(sample.resolve("quiz"), copy)) {
            CommandOutcome run = CommandOutcome.of(
                    "run", "--model", model, "--quiz", quiz.toString(), "--limit", "13", "--db", runs);
            assertThat(run.exitCode()).isZero();
            if (quiz.equals(copy)) {
                assertThat(run.err())
                        .contains("Quiz 'copy' has the same questions as 'quiz' in this file; recorded as 'quiz'");
            } else {
                assertThat(run.err()).doesNotContain("recorded as");
            }
        }
        assertThat(CommandOutcome.of("sql", "--db", runs, "-c", "SELECT DISTINCT quiz FROM runs", "--format", "csv")
                        .out())
                .isEqualTo("quiz\r\nquiz\r\n");
    }

    /** A file of another place, or of an earlier version, may hold any name. */
    @Test
    void aNameDoesNotReachTheTerminalAsItIs() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE runs SET name = 'a' || chr(27) || '[2J' || chr(10) || 'b'");
        }
        String name = "a\u001b[2J\nb";
        for (String[] command : new String[][] {
            {"runs", "list", "--db", file},
            {"runs", "show", "--db", file, name},
            {"verify", "--db", file},
            {"sql", "--db", file, "-c", "SELECT name FROM runs"},
            {"runs", "show", "--db", file, name + "?"},
            {"runs", "delete", "--db", file, name}
        }) {
            CommandOutcome outcome = CommandOutcome.of(command);
            assertThat(outcome.out() + outcome.err())
                    .as(String.join(" ", command))
                    .contains("[2J")
                    .doesNotContain("\u001b");
        }
        CommandOutcome wrong = CommandOutcome.of("sql", "--db", file, "-c", "SELECT nothing AS \"a\u001b[2Jb\"");
        assertThat(wrong.out() + wrong.err()).contains("^").doesNotContain("\u001b");
    }

    @Test
    void namesARunThatIsNotThere() {
        for (String command : new String[] {"show", "delete"}) {
            CommandOutcome outcome = CommandOutcome.of("runs", command, "--db", file, "other");
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("holds no run named \"other\"");
        }
    }

    @Test
    void verifiesASoundFileAndRefusesADamagedOne() throws Exception {
        CommandOutcome sound = CommandOutcome.of("verify", "--db", file);
        assertThat(sound.exitCode()).isZero();
        assertThat(sound.out()).containsPattern("Problems +0").containsPattern("content [0-9a-f]{24}");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM tokens WHERE rowid = 3");
        }
        CommandOutcome damaged = CommandOutcome.of("verify", "--db", file);
        assertThat(damaged.exitCode()).isEqualTo(3);
        assertThat(damaged.out()).contains("first: the ledger lists 120 tokens, tokens has 119");
    }

    @Test
    void readsCountsWithAUnit() {
        assertThat(new CountConverter().convert("50M")).isEqualTo(50_000_000);
        assertThat(new CountConverter().convert("7k")).isEqualTo(7_000);
        assertThat(CommandOutcome.of("bench", "store", "--activations", "5X").exitCode())
                .isEqualTo(2);
    }
}
