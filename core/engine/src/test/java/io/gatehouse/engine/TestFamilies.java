package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillTrace;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.checkpoint.FamilyFixtures;
import io.gatehouse.testing.checkpoint.ReferenceComparison;
import io.gatehouse.testing.checkpoint.ReferenceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the engine with the outputs of Hugging Face's code for tiny random checkpoints of every family: all of them
 * where ../shared is on this machine, and else those of the project. The longest prompt must give the same after a shared
 * prefix, and the same bits alone. Each router must choose its own experts if it sees what its own block reads.
 */
final class TestFamilies {
    private static final double TOLERANCE = 2e-4;

    /** Tokens of the longest prompt that are computed as a prefix, once more: no multiple of any block. */
    private static final int PREFIX = 50;

    /** Fixtures whose family is not implemented yet, with the part that each lacks. */
    static final Map<String, String> LACKING = lacking();

    record Inputs(List<int[]> prompts) {}

    @TempDir
    private Path directory = Path.of("");

    @TestFactory
    Stream<DynamicTest> givesTheSameAsHuggingFace() throws IOException {
        return FamilyFixtures.whole().stream()
                .filter(fixture -> !LACKING.containsKey(FamilyFixtures.name(fixture)))
                .map(fixture -> DynamicTest.dynamicTest(FamilyFixtures.name(fixture), () -> compare(fixture)));
    }

    @Test
    void refusesByNameTheFamiliesThatAreNotImplemented() throws IOException {
        for (Path fixture : FamilyFixtures.described()) {
            if (LACKING.containsKey(FamilyFixtures.name(fixture))) {
                assertThatExceptionOfType(GatehouseException.class)
                        .as("%s lacks %s", fixture, LACKING.get(FamilyFixtures.name(fixture)))
                        .isThrownBy(() -> Checkpoint.open(fixture).close())
                        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
            }
        }
    }

    private void compare(Path fixture) throws IOException {
        List<int[]> prompts = new ObjectMapper()
                .readValue(fixture.resolve("inputs.json").toFile(), Inputs.class)
                .prompts();
        PrefillTrace trace = new PrefillTrace(prompts);
        int[] longest = prompts.get(prompts.size() - 1);
        PrefillTrace afterPrefix = new PrefillTrace(List.of(longest));
        PrefillTrace alone = new PrefillTrace(List.of(longest));
        FreshGate gate = new FreshGate();
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.TRACE, trace);
            engine.prefill(
                    List.of(new Prompt(longest, PREFIX)),
                    Capture.ROUTING.lookingAhead(List.of(0, 1)),
                    new BothListeners(afterPrefix, gate));
            engine.prefill(List.of(new Prompt(longest)), Capture.TRACE, alone);
        }
        // Every layer with experts but the first can look back.
        assertThat(gate.stale())
                .hasSize(gate.chosen().size()
                        / gate.layers().size()
                        * (gate.layers().size() - 1));
        String name = FamilyFixtures.name(fixture);
        Path file = written(name, trace);
        Path expectedFile = fixture.resolve("expected.safetensors");
        ReferenceComparison comparison = ReferenceComparison.of(file, expectedFile);
        List<String> wrong = new ArrayList<>(comparison.wrong());
        String last = "p%d.last_logits".formatted(prompts.size() - 1);
        double apart = ReferenceComparison.difference(
                new ReferenceFile(written(name + "-prefix", afterPrefix)).values("p0.last_logits"),
                new ReferenceFile(expectedFile).values(last));
        if (!(apart <= TOLERANCE)) {
            wrong.add("%s after a prefix: %.1e".formatted(last, apart));
        }
        ReferenceFile actual = new ReferenceFile(file);
        ReferenceFile byItself = new ReferenceFile(written(name + "-alone", alone));
        for (String key : byItself.names()) {
            String among = "p%d%s".formatted(prompts.size() - 1, key.substring(key.indexOf('.')));
            if (!Arrays.equals(byItself.values(key), actual.values(among))) {
                wrong.add(key + " has other bits alone than " + among + " among others");
            }
        }
        assertThat(wrong).as("of %d tensors", comparison.compared()).isEmpty();
        assertThat(comparison.compared()).isGreaterThan(prompts.size());
    }

    private Path written(String name, PrefillTrace trace) throws IOException {
        Path file = directory.resolve(name + ".safetensors");
        SafetensorsWriter.write(file, trace.tensors(), Map.of());
        return file;
    }

    /** Fixtures whose family is refused, with the part that each lacks. */
    static Map<String, String> lacking() {
        Map<String, String> lacking = new TreeMap<>();
        put(lacking, "compressed attention, and routers with hash tables", "deepseek_v4_a");
        put(lacking, "gated residual streams, and a table of n-grams", "qwen4_exp_a");
        put(lacking, "compressed convolutional attention", "zaya_a");
        put(lacking, "relative positions", "inkling2_a", "inkling_a");
        put(lacking, "product keys", "doge_a");
        return lacking;
    }

    private static void put(Map<String, String> lacking, String part, String... fixtures) {
        lacking.putAll(Stream.of(fixtures).collect(Collectors.toMap(fixture -> fixture, fixture -> part)));
    }
}
