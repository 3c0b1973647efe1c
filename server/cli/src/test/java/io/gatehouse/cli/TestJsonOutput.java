package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.cli.terminal.StopSignal;
import io.gatehouse.testing.store.SeededFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every command with {@code --json} prints data: keys in lower case, numbers, lists, no sentences. */
final class TestJsonOutput {
    private static final Path ROOT = Path.of(System.getProperty("gatehouse.root"));
    private static final Path SAMPLE = ROOT.resolve("core").resolve("sample");

    /** It needs Spark; what it prints is made like that of {@code run}. */
    private static final Set<String> ELSEWHERE = Set.of("cluster run");

    @TempDir
    private Path directory;

    @Test
    void ofEveryCommandIsData() throws Exception {
        Map<String, List<String>> commands = commands();
        Set<String> expected = new TreeSet<>(commands.keySet());
        expected.addAll(ELSEWHERE);
        assertThat(withJson()).as("commands that have --json").isEqualTo(expected);
        Map<String, JsonNode> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            List<String> words = new ArrayList<>(List.of(command.getKey().split(" ", -1)));
            words.addAll(command.getValue());
            words.add("--json");
            CommandOutcome outcome = CommandOutcome.of(words.toArray(String[]::new));
            assertThat(outcome.exitCode()).as("%s: %s", words, outcome.err()).isZero();
            JsonNode json = new ObjectMapper().readTree(outcome.out());
            requireData(command.getKey(), json);
            outputs.put(command.getKey(), json);
        }
        requireValues(outputs);
    }

    private static void requireValues(Map<String, JsonNode> outputs) {
        JsonNode run = of(outputs, "run");
        assertThat(run.path("questions_answered").intValue()).isEqualTo(13);
        assertThat(run.path("questions_skipped").isInt()).isTrue();
        JsonNode listed = of(outputs, "runs").get(0);
        assertThat(listed.path("name").textValue()).isEqualTo("first");
        assertThat(listed.path("answered").intValue()).isEqualTo(24);
        assertThat(listed.path("accuracy").isDouble()).isTrue();
        assertThat(listed.path("interventions").path("mask").isArray()).isTrue();
        assertThat(of(outputs, "runs list")).isEqualTo(of(outputs, "runs"));
        assertThat(of(outputs, "runs show").path("shots").intValue()).isZero();
        assertThat(of(outputs, "verify").path("problems").isArray()).isTrue();
        assertThat(of(outputs, "verify").path("runs").get(0).path("answers").isInt())
                .isTrue();
        assertThat(of(outputs, "export").path("bytes").isIntegralNumber()).isTrue();
        assertThat(of(outputs, "import").path("weights_recorded").booleanValue())
                .isFalse();
        JsonNode study = of(outputs, "study");
        assertThat(study.path("run").path("name").textValue()).isEqualTo("first");
        assertThat(study.path("figures").path("answers").path("n").intValue()).isEqualTo(24);
        assertThat(study.path("absent").isArray()).isTrue();
        assertThat(study.path("report").isNull()).isTrue();
        JsonNode demo = of(outputs, "demo");
        assertThat(demo.path("run").path("model").textValue()).isEqualTo("gatehouse-sample-moe");
        assertThat(demo.path("run").path("quiz").textValue()).isEqualTo("gatehouse-sample-quiz");
        assertThat(demo.path("figures").path("answers").path("accuracy").isDouble())
                .isTrue();
        assertThat(demo.path("figures").path("unused").path("unused").isIntegralNumber())
                .isTrue();
    }

    private static JsonNode of(Map<String, JsonNode> outputs, String command) {
        return requireNonNull(outputs.get(command));
    }

    /** Each with its options, in an order in which they work. */
    private Map<String, List<String>> commands() throws Exception {
        Path seeded = directory.resolve("seeded.duckdb");
        SeededFile.write(seeded);
        Path responses = Files.writeString(
                directory.resolve("responses.jsonl"), "{\"prompt_routed_experts\": [[[3, 1]], [[0, 3]]]}");
        String file = seeded.toString();
        String fresh = directory.resolve("fresh.duckdb").toString();
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("runs", List.of("--db", file));
        commands.put("runs list", List.of("--db", file));
        commands.put("runs show", List.of("--db", file, "first"));
        commands.put("verify", List.of("--db", file));
        commands.put("study", List.of("--db", file));
        commands.put(
                "export",
                List.of("--db", file, "--output", directory.resolve("export").toString()));
        commands.put(
                "run",
                List.of(
                        "--model",
                        SAMPLE.resolve("model").toString(),
                        "--quiz",
                        SAMPLE.resolve("quiz").toString(),
                        "--db",
                        fresh,
                        "--limit",
                        "13"));
        commands.put("model", List.of(SAMPLE.resolve("model").toString(), "--db", fresh));
        commands.put("import", List.of("--from", "vllm", "--name", "served", "--db", fresh, responses.toString()));
        commands.put("demo", List.of("--db", directory.resolve("demo.duckdb").toString()));
        commands.put(
                "sample random",
                List.of(
                        "--like",
                        "tiny-olmoe",
                        "--layers",
                        "2",
                        "--output",
                        directory.resolve("random").toString()));
        commands.put("runs edit", List.of("--db", file, "first", "--note", "edited"));
        commands.put("runs delete", List.of("--db", file, "first"));
        commands.put("runs compact", List.of("--db", file));
        return commands;
    }

    private static void requireData(String command, JsonNode node) {
        if (node.isObject()) {
            node.properties().forEach(field -> {
                assertThat(field.getKey()).as("a key of %s", command).matches("[a-z][a-z0-9_]*");
                // A command line and what verify found wrong are texts.
                if (!Set.of("command", "problems").contains(field.getKey())) {
                    requireData(command + " " + field.getKey(), field.getValue());
                }
            });
        } else if (node.isArray()) {
            node.forEach(element -> requireData(command, element));
        } else if (node.isTextual()) {
            assertThat(node.textValue())
                    .as(command)
                    .doesNotContainPattern("\\w \\w+ \\w")
                    .doesNotEndWith(".");
        }
    }

    private static Set<String> withJson() {
        Set<String> found = new TreeSet<>();
        try (StopSignal stop = new StopSignal()) {
            Gatehouse.commandLine(stop).getSubcommands().values().forEach(command -> collect("", command, found));
        }
        return found;
    }

    private static void collect(String parents, CommandLine command, Set<String> found) {
        String name = parents + command.getCommandName();
        if (command.getCommandSpec().optionsMap().containsKey("--json")) {
            found.add(name);
        }
        command.getSubcommands().values().forEach(child -> collect(name + " ", child, found));
    }
}
