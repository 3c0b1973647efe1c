package io.gatehouse.cli;

import java.nio.file.Path;

/** Where the sample lies: beside the jars, as the launcher says. */
final class Sample {
    private Sample() {}

    static Path model() {
        return directory().resolve("model");
    }

    static Path quiz() {
        return directory().resolve("quiz");
    }

    private static Path directory() {
        return Path.of(System.getProperty("gatehouse.home", ".")).resolve("sample");
    }
}
