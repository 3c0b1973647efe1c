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
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
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
 * Compares the engine with the outputs of Hugging Face's code for tiny random checkpoints of every family, as the
 * compare.py beside the fixtures does: chosen experts as sets, weights by expert, and numbers within 2e-4 of the larger
 * of 1 and the root mean square of what is expected. The longest prompt must give the same
 * after a shared prefix, and the same bits alone.
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
        return fixtures().stream()
                .filter(fixture -> !LACKING.containsKey(name(fixture)))
                .map(fixture -> DynamicTest.dynamicTest(name(fixture), () -> compare(fixture)));
    }

    @Test
    void refusesByNameTheFamiliesThatAreNotImplemented() throws IOException {
        for (Path fixture : fixtures()) {
            if (LACKING.containsKey(name(fixture))) {
                assertThatExceptionOfType(GatehouseException.class)
                        .as("%s lacks %s", name(fixture), LACKING.get(name(fixture)))
                        .isThrownBy(() -> Checkpoint.open(fixture).close())
                        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
            }
        }
    }

    static List<Path> fixtures() throws IOException {
        try (Stream<Path> all = Files.list(SharedData.path("reference/families"))) {
            return all.sorted().toList();
        }
    }

    private static String name(Path fixture) {
        return fixture.getFileName().toString();
    }

    private void compare(Path fixture) throws IOException {
        List<int[]> prompts = new ObjectMapper()
                .readValue(fixture.resolve("inputs.json").toFile(), Inputs.class)
                .prompts();
        PrefillTrace trace = new PrefillTrace(prompts);
        int[] longest = prompts.get(prompts.size() - 1);
        PrefillTrace afterPrefix = new PrefillTrace(List.of(longest));
        PrefillTrace alone = new PrefillTrace(List.of(longest));
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(prompts.stream().map(Prompt::new).toList(), Capture.TRACE, trace);
            engine.prefill(List.of(new Prompt(longest, PREFIX)), Capture.ROUTING, afterPrefix);
            engine.prefill(List.of(new Prompt(longest)), Capture.TRACE, alone);
        }
        ReferenceFile actual = written(name(fixture), trace);
        ReferenceFile expected = new ReferenceFile(fixture.resolve("expected.safetensors"));
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        for (String key : expected.names()) {
            String kind = key.substring(key.lastIndexOf('.') + 1);
            if (!kind.startsWith("generated")) {
                difference(key, kind, actual, expected, wrong);
                compared++;
            }
        }
        String last = "p%d.last_logits".formatted(prompts.size() - 1);
        double[] logits = written(name(fixture) + "-prefix", afterPrefix).values("p0.last_logits");
        double apart = difference(logits, expected.values(last));
        if (!(apart <= TOLERANCE)) {
            wrong.add("%s after a prefix: %.1e".formatted(last, apart));
        }
        ReferenceFile byItself = written(name(fixture) + "-alone", alone);
        for (String key : byItself.names()) {
            String among = "p%d%s".formatted(prompts.size() - 1, key.substring(key.indexOf('.')));
            if (!Arrays.equals(byItself.values(key), actual.values(among))) {
                wrong.add(key + " has other bits alone than " + among + " among others");
            }
        }
        assertThat(wrong).as("of %d tensors", compared).isEmpty();
        assertThat(compared).isGreaterThan(prompts.size());
    }

    private ReferenceFile written(String name, PrefillTrace trace) throws IOException {
        Path file = directory.resolve(name + ".safetensors");
        SafetensorsWriter.write(file, trace.tensors(), Map.of());
        return new ReferenceFile(file);
    }

    private static void difference(
            String key, String kind, ReferenceFile actual, ReferenceFile expected, List<String> wrong) {
        if (!actual.has(key)) {
            wrong.add(key + " is missing");
            return;
        }
        if (!actual.shape(key).equals(expected.shape(key))) {
            wrong.add("%s has shape %s instead of %s".formatted(key, actual.shape(key), expected.shape(key)));
            return;
        }
        double[] have = actual.values(key);
        double[] want = expected.values(key);
        int width = expected.shape(key).get(expected.shape(key).size() - 1);
        if (kind.equals("topk_ids")) {
            long differing = rows(want, width) - equalSets(have, want, width);
            if (differing > 0) {
                wrong.add("%s: %d of %d sets differ".formatted(key, differing, rows(want, width)));
            }
            return;
        }
        if (kind.equals("topk_weights")) {
            String ids = key.replace("weights", "ids");
            have = byId(have, actual.values(ids), width);
            want = byId(want, expected.values(ids), width);
        }
        double apart = difference(have, want);
        if (!(apart <= TOLERANCE)) {
            wrong.add("%s: %.1e".formatted(key, apart));
        }
    }

    /** The largest difference, as a share of the larger of 1 and the root mean square of what is expected. */
    private static double difference(double[] have, double[] want) {
        double scale = Math.max(
                1, Math.sqrt(Arrays.stream(want).map(x -> x * x).average().orElse(0)));
        double largest = 0;
        for (int i = 0; i < want.length; i++) {
            largest = Math.max(largest, Math.abs(have[i] - want[i]));
        }
        return largest / scale;
    }

    private static int rows(double[] values, int width) {
        return values.length / width;
    }

    private static long equalSets(double[] have, double[] want, int width) {
        long equal = 0;
        for (int row = 0; row < rows(want, width); row++) {
            equal += Arrays.equals(sorted(have, row, width), sorted(want, row, width)) ? 1 : 0;
        }
        return equal;
    }

    private static double[] sorted(double[] values, int row, int width) {
        double[] part = Arrays.copyOfRange(values, row * width, (row + 1) * width);
        Arrays.sort(part);
        return part;
    }

    /** The weights of each row in the order of the experts' numbers. */
    private static double[] byId(double[] weights, double[] ids, int width) {
        double[] ordered = new double[weights.length];
        for (int row = 0; row < rows(weights, width); row++) {
            Map<Double, Double> byExpert = new TreeMap<>();
            for (int i = row * width; i < (row + 1) * width; i++) {
                byExpert.put(ids[i], weights[i]);
            }
            int at = row * width;
            for (double weight : byExpert.values()) {
                ordered[at++] = weight;
            }
        }
        return ordered;
    }

    private static Map<String, String> lacking() {
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
