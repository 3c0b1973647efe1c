package io.gatehouse.cli;

import java.nio.file.Path;

/** Where the sample lies: beside the jars, as the launcher says. */
public final class Sample {
    private Sample() {}

    public static Path model() {
        return directory().resolve("model");
    }

    public static Path quiz() {
        return directory().resolve("quiz");
    }

    private static Path directory() {
        return Path.of(System.getProperty("gatehouse.home", ".")).resolve("sample");
    }
}
