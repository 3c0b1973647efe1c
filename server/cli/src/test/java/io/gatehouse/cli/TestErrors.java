package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Bad input gets one sentence that names what was wrong, the right exit code, and costs nothing. */
final class TestErrors {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    @TempDir
    private Path directory;

    @Test
    void aModelDirectoryThatIsNotThere() {
        Path model = directory.resolve("nowhere");
        assertThat(run(model, SAMPLE.resolve("quiz")))
                .isEqualTo(new CommandOutcome(1, "", "error: Model directory %s does not exist.%n".formatted(model)));
        assertThat(directory.resolve("runs.duckdb")).doesNotExist();
    }

    @Test
    void truncatedWeights() throws IOException {
        Path model = copy(SAMPLE.resolve("model"), "model");
        Path weights = model.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
        CommandOutcome outcome = run(model, SAMPLE.resolve("quiz"));
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .startsWith("error: ")
                .contains("model.safetensors")
                .hasLineCount(1);
    }

    @Test
    void aRowWithFiveFields() throws IOException {
        Path quiz = copy(SAMPLE.resolve("quiz"), "quiz");
        Path file = quiz.resolve("test").resolve("parity_test.csv");
        List<String> lines = Files.readAllLines(file);
        lines.set(6, "only,five,fields,in,here");
        Files.write(file, lines);
        CommandOutcome outcome = run(SAMPLE.resolve("model"), quiz);
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .startsWith("error: ")
                .contains("parity_test.csv", "7", "5")
                .hasLineCount(1);
    }

    @Test
    void anUnknownSubject() {
        CommandOutcome outcome = run(SAMPLE.resolve("model"), SAMPLE.resolve("quiz"), "--subjects", "capitols");
        assertThat(outcome)
                .isEqualTo(new CommandOutcome(
                        1, "", "error: Quiz quiz has no subject 'capitols'; did you mean capitals?%n".formatted()));
    }

    @Test
    void aNameThatIsTakenLeavesTheFirstRunAlone() {
        assertThat(run(SAMPLE.resolve("model"), SAMPLE.resolve("quiz"), "--limit", "13", "--name", "first")
                        .exitCode())
                .isZero();
        CommandOutcome second =
                run(SAMPLE.resolve("model"), SAMPLE.resolve("quiz"), "--limit", "13", "--name", "first");
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err()).startsWith("error: ").contains("first").hasLineCount(1);
        try (Store store = Store.open(directory.resolve("runs.duckdb"))) {
            assertThat(store.runs()).hasSize(1).allMatch(run -> run.answered() == 13);
        }
    }

    @Test
    void anOptionThatDoesNotExist() {
        CommandOutcome outcome = CommandOutcome.of("sample", "--modle");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("--modle");
    }

    @Test
    void aMisspeltOptionOrCommandGetsOneLineWithWhatIsMeant() {
        assertThat(misuse("run", "--modle", "x")).isEqualTo("error: Unknown option --modle; did you mean --model?");
        assertThat(misuse("run", "--modle=x", "--db", "y"))
                .isEqualTo("error: Unknown option --modle; did you mean --model?");
        assertThat(misuse("rnu")).isEqualTo("error: Unknown command 'rnu'; did you mean run?");
        assertThat(misuse("runs", "lsit", "--db", "x")).isEqualTo("error: Unknown command 'lsit'; did you mean list?");
        assertThat(misuse("help", "rnu")).isEqualTo("error: Unknown command 'rnu'; did you mean run?");
        assertThat(misuse("verify", "file", "--db", "x")).isEqualTo("error: Unknown argument 'file'");
        assertThat(misuse("sql", "pom.xml"))
                .isEqualTo("error: Unknown argument 'pom.xml'; write --db before a database file");
        assertThat(misuse("sql", "--db", "pom.xml", "SELECT 1"))
                .isEqualTo("error: Unknown argument 'SELECT 1'; write -c before a statement");
        assertThat(misuse("run", "--db", "x")).startsWith("error: Missing required options: ");
    }

    @Test
    void aNumberThatIsTooLargeSaysHowLargeItMayBe() {
        assertThat(misuse("run", "--model", "m", "--quiz", "q", "--db", "d", "--limit", "99999999999999"))
                .endsWith("'99999999999999' is not a whole number of at most 2,147,483,647");
    }

    /** The first of two lines; the second names the help. */
    private static String misuse(String... arguments) {
        CommandOutcome outcome = CommandOutcome.of(arguments);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).hasLineCount(2).endsWith("--help' explains the command.%n".formatted());
        return outcome.err().lines().findFirst().orElseThrow();
    }

    @Test
    void aCommandThatDoesNotExistAlsoWhenHelpIsAskedFor() {
        for (String[] arguments :
                new String[][] {{"nonsense"}, {"nonsense", "--help"}, {"sql", "nonsense", "--help"}}) {
            CommandOutcome outcome = CommandOutcome.of(arguments);
            assertThat(outcome.exitCode()).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(outcome.err()).contains("nonsense");
            assertThat(outcome.out()).isEmpty();
        }
    }

    @Test
    void helpExplainsCommandsAsTheirOptionDoes() {
        assertThat(CommandOutcome.of("help")).isEqualTo(CommandOutcome.of("--help"));
        assertThat(CommandOutcome.of("help", "run")).isEqualTo(CommandOutcome.of("run", "--help"));
        assertThat(CommandOutcome.of("help", "runs", "list")).isEqualTo(CommandOutcome.of("runs", "list", "--help"));
    }

    @Test
    void everyCommandExplainsItselfWithAnExample() {
        CommandLine gatehouse = Gatehouse.commandLine(new StopSignal());
        assertThat(gatehouse.getSubcommands().keySet())
                .contains("demo", "run", "sql", "serve", "sample", "prefill", "tokenize");
        gatehouse.getSubcommands().forEach((name, command) -> {
            if (command.getCommandSpec().usageMessage().hidden()) {
                return;
            }
            CommandOutcome help = CommandOutcome.of(name, "--help");
            assertThat(help.exitCode()).as(name).isZero();
            assertThat(help.out()).as(name).contains("Example", "gatehouse " + name);
        });
    }

    @Test
    void everySubcommandHasAHelpAndAVersion() {
        Gatehouse.commandLine(new StopSignal()).getSubcommands().forEach((name, command) -> {
            for (String subcommand : command.getSubcommands().keySet()) {
                String both = name + " " + subcommand;
                CommandOutcome help = CommandOutcome.of(name, subcommand, "--help");
                assertThat(help.exitCode()).as(both).isZero();
                assertThat(help.out()).as(both).startsWith("Usage: gatehouse " + both);
                CommandOutcome version = CommandOutcome.of(name, subcommand, "--version");
                assertThat(version.exitCode()).as(both).isZero();
                assertThat(version.out()).as(both).startsWith("gatehouse ");
            }
        });
    }

    private CommandOutcome run(Path model, Path quiz, String... more) {
        String[] fixed = {
            "run",
            "--model",
            model.toString(),
            "--quiz",
            quiz.toString(),
            "--db",
            directory.resolve("runs.duckdb").toString()
        };
        return CommandOutcome.of(
                Stream.concat(Arrays.stream(fixed), Arrays.stream(more)).toArray(String[]::new));
    }

    private Path copy(Path source, String name) throws IOException {
        Path target = directory.resolve(name);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return target;
    }
}
