package io.gatehouse.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reference data beside the repository; tests that need it are skipped where it is not. */
public final class SharedData {
    private SharedData() {}

    public static Path path(String name) {
        Path path = Path.of(System.getProperty("gatehouse.root", ".."))
                .resolve("../shared")
                .resolve(name);
        assumeTrue(Files.exists(path), () -> "The reference data ../shared/" + name + " is not on this machine");
        return path.normalize();
    }
}
