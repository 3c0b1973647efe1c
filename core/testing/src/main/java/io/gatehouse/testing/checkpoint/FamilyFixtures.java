package io.gatehouse.testing.checkpoint;

import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Tiny random checkpoints of the families, with the outputs of Hugging Face's code. The project has config.json and
 * expected.json of each, and of about a dozen the weights and outputs, too; the others are whole in {@code ../shared}.
 * TestModelsPage lists the choices that only those use.
 */
public final class FamilyFixtures {
    private static final Path OWN = Path.of(System.getProperty("gatehouse.root", ".."))
            .resolve("core/engine/src/test/resources/families")
            .normalize();

    private FamilyFixtures() {}

    /** Directories with the config.json and expected.json of every fixture, ordered by their names. */
    public static List<Path> described() throws IOException {
        try (Stream<Path> all = Files.list(OWN)) {
            return all.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** Directories of the whole fixtures of the project. */
    public static List<Path> own() throws IOException {
        return described().stream()
                .filter(fixture -> Files.exists(fixture.resolve("model.safetensors")))
                .toList();
    }

    /** Directories of all whole fixtures that are on this machine, ordered by their names. */
    public static Collection<Path> whole() throws IOException {
        Map<String, Path> byName = new TreeMap<>();
        List<Path> found = new ArrayList<>(own());
        Optional<Path> shared = SharedData.find("reference/families");
        if (shared.isPresent()) {
            try (Stream<Path> all = Files.list(shared.get())) {
                all.forEach(found::add);
            }
        }
        found.forEach(fixture -> byName.put(name(fixture), fixture));
        return byName.values();
    }

    /** Name of a fixture, such as qwen3_next_a. */
    public static String name(Path fixture) {
        return fixture.getFileName().toString();
    }
}
