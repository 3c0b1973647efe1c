package io.gatehouse.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.cli.CommandOutcome;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.FamilyFixtures;
import io.gatehouse.testing.checkpoint.ReferenceComparison;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code prefill} writes for the fixtures, compared with the outputs of Hugging Face's code by
 * {@link ReferenceComparison} and by the compare.py beside the fixtures, which needs Python with numpy
 * (-Dgatehouse.test.python=COMMAND, by default python3).
 *
 * <p>With -Dgatehouse.test.fixtures=all, every fixture of a family and every packed checkpoint of ../shared is computed,
 * and target/fixtures.txt has a line for each; with a list of names, those.
 */
final class TestPrefillReference {
    private static final String PYTHON = System.getProperty("gatehouse.test.python", "python3");
    private static final Path TABLE =
            Path.of(System.getProperty("gatehouse.root", "."), "server", "cli", "target", "fixtures.txt");

    @TempDir
    private Path directory = Path.of("");

    /** What a command of another program printed. */
    private record Printed(int exitCode, String text) {}

    @TestFactory
    Stream<DynamicTest> writesWhatHuggingFaceComputes() throws IOException {
        return FamilyFixtures.own().stream()
                .map(fixture -> DynamicTest.dynamicTest(FamilyFixtures.name(fixture), () -> {
                    Path expected = fixture.resolve("expected.safetensors");
                    assertThat(ReferenceComparison.of(prefill(fixture), expected))
                            .satisfies(comparison -> {
                                assertThat(comparison.wrong()).isEmpty();
                                assertThat(comparison.compared()).isPositive();
                            });
                }));
    }

    @TestFactory
    Stream<DynamicTest> passesThePythonComparison() throws IOException, InterruptedException {
        Path script = SharedData.path("reference/compare.py");
        assumeTrue(hasNumpy(), () -> PYTHON + " has no numpy, which compare.py needs");
        return FamilyFixtures.own().stream()
                .map(fixture -> DynamicTest.dynamicTest(FamilyFixtures.name(fixture), () -> {
                    Printed printed = compare(script, fixture, prefill(fixture));
                    assertThat(printed.exitCode()).as(printed.text()).isZero();
                }));
    }

    @Test
    @EnabledIfSystemProperty(named = "gatehouse.test.fixtures", matches = ".+")
    void allFixturesAndPackedCheckpoints() throws IOException, InterruptedException {
        String wanted = System.getProperty("gatehouse.test.fixtures", "");
        Path script = SharedData.path("reference/compare.py");
        boolean python = hasNumpy();
        List<String> table = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (Path fixture : shared()) {
            String name = FamilyFixtures.name(fixture);
            if (!wanted.equals("all") && !List.of(wanted.split(",", -1)).contains(name)) {
                continue;
            }
            String line = line(fixture, python ? script : Path.of(""));
            table.add("%-28s %s".formatted(name, line));
            if (line.startsWith("FAILED")) {
                failed.add(name + " " + line);
            }
            Files.write(TABLE, table);
        }
        assertThat(table).isNotEmpty();
        assertThat(failed).as("all lines are in %s", TABLE).isEmpty();
    }

    /** Directories with config.json or a GGUF file, and expected outputs. */
    private static List<Path> shared() throws IOException {
        List<Path> fixtures = new ArrayList<>();
        for (String folder : List.of("reference/families", "reference/quantised")) {
            try (Stream<Path> all = Files.list(SharedData.path(folder))) {
                all.filter(fixture -> Files.exists(fixture.resolve("expected.safetensors"))
                                && Files.exists(fixture.resolve("inputs.json")))
                        .sorted()
                        .forEach(fixtures::add);
            }
        }
        return fixtures;
    }

    /** The outcome of a fixture: ok, refused, or FAILED, with figures. */
    private String line(Path fixture, Path script) throws IOException, InterruptedException {
        Path out = directory.resolve("actual.safetensors");
        CommandOutcome outcome = run(fixture, out);
        if (outcome.exitCode() != 0) {
            String error = outcome.err().strip();
            return (error.contains("architectures") ? "refused " : "FAILED ") + error;
        }
        ReferenceComparison comparison = ReferenceComparison.of(out, fixture.resolve("expected.safetensors"));
        if (!comparison.wrong().isEmpty()) {
            return "FAILED %d of %d tensors: %s"
                    .formatted(comparison.wrong().size(), comparison.compared(), comparison.wrong());
        }
        String figures = String.format(
                Locale.ROOT, "%d tensors, difference at most %.1e", comparison.compared(), comparison.largest());
        if (script.toString().isEmpty()) {
            return "ok      " + figures + "; compare.py not run";
        }
        Printed printed = compare(script, fixture, out);
        return (printed.exitCode() == 0 ? "ok      " + figures + "; compare.py: " : "FAILED compare.py: ")
                + printed.text().strip();
    }

    private Path prefill(Path fixture) {
        Path out = directory.resolve(FamilyFixtures.name(fixture) + ".safetensors");
        CommandOutcome outcome = run(fixture, out);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return out;
    }

    private static CommandOutcome run(Path fixture, Path out) {
        return CommandOutcome.of(
                "prefill",
                "--model",
                fixture.toString(),
                "--prompts",
                fixture.resolve("inputs.json").toString(),
                "--precision",
                "exact",
                "--output",
                out.toString());
    }

    private static Printed compare(Path script, Path fixture, Path actual) throws IOException, InterruptedException {
        return python(script.toString(), fixture.toString(), actual.toString(), "--without", "generated");
    }

    private static boolean hasNumpy() throws InterruptedException {
        try {
            return python("-c", "import numpy").exitCode() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Printed python(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PYTHON));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException("%s did not end".formatted(command));
        }
        return new Printed(process.exitValue(), text);
    }
}
