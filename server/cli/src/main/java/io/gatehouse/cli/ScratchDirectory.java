package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory for what is not to be kept, which goes with all that is in it. */
public record ScratchDirectory(Path path) implements AutoCloseable {
    public ScratchDirectory {
        requireNonNull(path, "path is null");
    }

    public static ScratchDirectory make() {
        try {
            return new ScratchDirectory(Files.createTempDirectory("gatehouse-bench"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> found = Files.walk(path)) {
            for (Path each : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
