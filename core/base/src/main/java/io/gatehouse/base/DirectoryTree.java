package io.gatehouse.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory with all that is in it. */
public final class DirectoryTree {
    private DirectoryTree() {}

    /** Deletes the directory and its contents; one that does not exist is left alone. Links are not followed. */
    public static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            clear(directory);
            Files.deleteIfExists(directory);
        }
    }

    /** Deletes the contents of the directory and keeps the directory. Links are not followed. */
    public static void clear(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
