package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillTrace;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.FamilyFixtures;
import io.gatehouse.testing.checkpoint.ReferenceComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Draws configurations of families with {@code make_reference.py draw}, which needs Python with torch and transformers,
 * and compares the engine with the outputs of Hugging Face's code.
 *
 * <pre>
 * -Dgatehouse.test.draws=qwen3_next,jamba   names of configs/*.py; "all" for those of the families that run
 * -Dgatehouse.test.seeds=1-5                seeds of each
 * -Dgatehouse.test.drawn=DIR                where to draw; what is there is not drawn again
 * -Dgatehouse.test.python=COMMAND           by default python3
 * </pre>
 *
 * target/draws.txt has a line for each.
 */
@EnabledIfSystemProperty(named = "gatehouse.test.draws", matches = ".+")
final class TestDrawnConfigurations {
    private static final Path TARGET = Path.of(System.getProperty("gatehouse.root", "."), "core", "engine", "target");

    private record Inputs(List<int[]> prompts) {}

    @Test
    void giveTheSameAsHuggingFace() throws IOException, InterruptedException {
        Path script = SharedData.path("reference/make_reference.py");
        String[] seeds = System.getProperty("gatehouse.test.seeds", "1-5").split("-", -1);
        Path drawn = Path.of(System.getProperty(
                "gatehouse.test.drawn", TARGET.resolve("draws").toString()));
        List<String> lines = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (String family : families()) {
            for (int seed : IntStream.rangeClosed(Integer.parseInt(seeds[0]), Integer.parseInt(seeds[seeds.length - 1]))
                    .toArray()) {
                String line = line(script, drawn, family, seed);
                lines.add("%-28s %s".formatted(family + "_s" + seed, line));
                if (line.startsWith("FAILED")) {
                    failed.add(lines.get(lines.size() - 1));
                }
                Files.write(TARGET.resolve("draws.txt"), lines);
            }
        }
        assertThat(lines).isNotEmpty();
        assertThat(failed).isEmpty();
    }

    private static List<String> families() throws IOException {
        String wanted = System.getProperty("gatehouse.test.draws", "");
        if (!wanted.equals("all")) {
            return List.of(wanted.split(",", -1));
        }
        List<String> families = new ArrayList<>();
        for (Path fixture : FamilyFixtures.described()) {
            String name = FamilyFixtures.name(fixture);
            if (!TestFamilies.lacking().containsKey(name) && !name.matches(".*_s\\d+")) {
                families.add(name.substring(0, name.lastIndexOf('_')));
            }
        }
        return families.stream().distinct().toList();
    }

    private static String line(Path script, Path drawn, String family, int seed)
            throws IOException, InterruptedException {
        Path fixture = drawn.resolve("%s_s%d".formatted(family, seed));
        if (!Files.exists(fixture.resolve("expected.safetensors"))) {
            Path log = TARGET.resolve("draw.log");
            int exitCode = new ProcessBuilder(
                            System.getProperty("gatehouse.test.python", "python3"),
                            script.toString(),
                            "draw",
                            family,
                            "--seeds",
                            String.valueOf(seed),
                            "--out",
                            drawn.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (exitCode != 0 || !Files.exists(fixture.resolve("expected.safetensors"))) {
                List<String> said = Files.readAllLines(log);
                return "not drawn: " + (said.isEmpty() ? "exit code " + exitCode : said.get(said.size() - 1));
            }
        }
        List<int[]> prompts = new ObjectMapper()
                .readValue(fixture.resolve("inputs.json").toFile(), Inputs.class)
                .prompts();
        PrefillTrace trace = new PrefillTrace(prompts);
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.TRACE, trace);
        } catch (GatehouseException e) {
            return "FAILED " + e.getMessage();
        }
        Path file = TARGET.resolve("drawn.safetensors");
        SafetensorsWriter.write(file, trace.tensors(), Map.of());
        ReferenceComparison comparison = ReferenceComparison.of(file, fixture.resolve("expected.safetensors"));
        return comparison.wrong().isEmpty()
                ? String.format(
                        Locale.ROOT,
                        "ok %d tensors, difference at most %.1e",
                        comparison.compared(),
                        comparison.largest())
                : "FAILED %d of %d tensors: %s"
                        .formatted(comparison.wrong().size(), comparison.compared(), comparison.wrong());
    }
}
