package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.RoutingBatch;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.PythonProgram;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code gatehouse.record} sees of a model of transformers is what Gatehouse's engine records of the same checkpoint
 * and tokens: the same experts, with weights that differ by no more than 1e-4. Skips without torch and transformers.
 * {@code -Dgatehouse.test.fixtures=all} takes the fixtures of {@code ../shared}, too.
 */
final class TestRecordedModels {
    private static final Path OWN =
            Path.of(System.getProperty("gatehouse.root"), "core", "engine", "src", "test", "resources", "families");

    private static final float TOLERANCE = 1e-4f;

    @TempDir
    private Path directory;

    /** The experts of a token in a layer, and what they are weighed by. */
    private record Decision(SortedMap<Integer, Float> weights) {}

    /** A token in a layer. */
    private record Place(int sequence, int layer, int position) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            return Stream.of(
                            Integer.compare(sequence, other.sequence),
                            Integer.compare(layer, other.layer),
                            Integer.compare(position, other.position))
                    .filter(order -> order != 0)
                    .findFirst()
                    .orElse(0);
        }
    }

    @Test
    void areRecordedAsTheEngineRecordsThem() throws Exception {
        PythonProgram python = PythonProgram.in(directory);
        assumeTrue(
                python.has("torch", "transformers", "numpy"), python.command() + " lacks torch, transformers or numpy");
        Map<String, Path> fixtures = fixtures();
        try (TestingServer server = TestingServer.start(Files.createDirectory(directory.resolve("server")))) {
            JsonNode fed = record(python, server, fixtures);
            TreeSet<String> families = new TreeSet<>();
            for (Map.Entry<String, Path> fixture : fixtures.entrySet()) {
                JsonNode sequences = fed.path(fixture.getKey());
                if (sequences.isArray() && isSupported(fixture.getValue())) {
                    compare(
                            fixture.getKey(),
                            engine(fixture.getValue(), sequences),
                            recorded(server, fixture.getKey()));
                    families.add(fixture.getKey().replaceFirst("_[^_]+$", ""));
                }
            }
            assertThat(families).as("of %s", fed).hasSizeGreaterThanOrEqualTo(10);
        }
    }

    /** Whole fixtures of the families by their names. */
    private static Map<String, Path> fixtures() throws IOException {
        Map<String, Path> found = new TreeMap<>();
        Optional<Path> shared =
                System.getProperty("gatehouse.test.fixtures", "").equals("all")
                        ? SharedData.find("reference/families")
                        : Optional.empty();
        for (Path folder :
                Stream.of(Optional.of(OWN), shared).flatMap(Optional::stream).toList()) {
            try (Stream<Path> all = Files.list(folder)) {
                all.filter(fixture -> Files.exists(fixture.resolve("model.safetensors")))
                        .forEach(fixture -> found.put(fixture.getFileName().toString(), fixture));
            }
        }
        return found;
    }

    private static boolean isSupported(Path fixture) {
        try {
            Checkpoint.open(fixture).close();
            return true;
        } catch (GatehouseException e) {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL);
            return false;
        }
    }

    private JsonNode record(PythonProgram python, TestingServer server, Map<String, Path> fixtures) throws Exception {
        Path script = directory.resolve("record_models.py");
        try (InputStream text = Objects.requireNonNull(
                TestRecordedModels.class.getResourceAsStream("record_models.py"), "record_models.py")) {
            Files.copy(text, script);
        }
        List<String> arguments = new ArrayList<>(List.of("-W", "ignore", script.toString()));
        fixtures.values().forEach(fixture -> arguments.add(fixture.toString()));
        PythonProgram.Output output = python.run(
                Map.of("GATEHOUSE_URL", server.uri().toString(), "TRANSFORMERS_VERBOSITY", "error"),
                arguments.toArray(String[]::new));
        assertThat(output.exit()).as(output.text()).isZero();
        String fed = output.text()
                .lines()
                .filter(line -> line.startsWith("fed "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output.text()));
        return new ObjectMapper().readTree(fed.substring("fed ".length()));
    }

    private static SortedMap<Place, Decision> recorded(TestingServer server, String run) throws Exception {
        JsonNode rows = new ObjectMapper()
                .readTree(server.query("""
                                SELECT CAST(q.value AS INTEGER), t.layer, t."position", t.experts, t.weights
                                FROM token_routing AS t
                                JOIN runs AS r ON r.run_id = t.run_id
                                JOIN question_attributes AS q ON q.question_id = t.question_id AND q.name = 'name'
                                WHERE r.name = '%s'""".formatted(run)).body())
                .path("rows");
        SortedMap<Place, Decision> decisions = new TreeMap<>();
        for (JsonNode row : rows) {
            SortedMap<Integer, Float> weights = new TreeMap<>();
            for (int rank = 0; rank < row.get(3).size(); rank++) {
                weights.put(
                        row.get(3).get(rank).intValue(), row.get(4).get(rank).floatValue());
            }
            decisions.put(
                    new Place(
                            row.get(0).intValue(),
                            row.get(1).intValue(),
                            row.get(2).intValue()),
                    new Decision(weights));
        }
        return decisions;
    }

    private static SortedMap<Place, Decision> engine(Path fixture, JsonNode sequences) {
        List<Prompt> prompts = new ArrayList<>();
        for (JsonNode sequence : sequences) {
            prompts.add(new Prompt(Stream.iterate(0, i -> i < sequence.size(), i -> i + 1)
                    .mapToInt(i -> sequence.get(i).intValue())
                    .toArray()));
        }
        SortedMap<Place, Decision> decisions = new TreeMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(fixture);
                Engine engine = Engine.load(checkpoint)) {
            engine.prefill(prompts, Capture.ROUTING, new PrefillListener() {
                @Override
                public void routed(RoutingBatch batch) {
                    for (int token = 0; token < batch.tokens(); token++) {
                        SortedMap<Integer, Float> weights = new TreeMap<>();
                        for (int rank = 0; rank < batch.topK(); rank++) {
                            int at = token * batch.topK() + rank;
                            weights.put((int) batch.experts()[at], batch.weights()[at]);
                        }
                        decisions.put(
                                new Place(batch.prompts()[token], batch.layer(), batch.positions()[token]),
                                new Decision(weights));
                    }
                }

                @Override
                public void lastLogits(int prompt, float[] logits) {}
            });
        }
        return decisions;
    }

    private static void compare(String model, SortedMap<Place, Decision> engine, SortedMap<Place, Decision> recorded) {
        assertThat(recorded.keySet()).as(model).isEqualTo(engine.keySet());
        engine.forEach((place, decision) -> {
            SortedMap<Integer, Float> weights =
                    Objects.requireNonNull(recorded.get(place), "no decision").weights();
            assertThat(weights.keySet())
                    .as("%s, %s", model, place)
                    .isEqualTo(decision.weights().keySet());
            decision.weights()
                    .forEach((expert, weight) -> assertThat(weights.get(expert))
                            .as("%s, %s, expert %d", model, place, expert)
                            .isCloseTo(weight, within(TOLERANCE)));
        });
    }
}
