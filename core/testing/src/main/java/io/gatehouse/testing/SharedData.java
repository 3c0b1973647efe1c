package io.gatehouse.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reference data beside the repository; tests that need it are skipped where it is not. */
public final class SharedData {
    private SharedData() {}

    public static Path path(String name) {
        Optional<Path> path = find(name);
        assumeTrue(path.isPresent(), () -> "The reference data ../shared/" + name + " is not on this machine");
        return path.orElseThrow();
    }

    /** The path of data, if they are on this machine; for tests that do less without them. */
    public static Optional<Path> find(String name) {
        return Optional.of(Path.of(System.getProperty("gatehouse.root", ".."))
                        .resolve("../shared")
                        .resolve(name))
                .filter(Files::exists)
                .map(Path::normalize);
    }
}
