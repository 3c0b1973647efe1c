package io.gatehouse.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;

/**
 * A directory of this machine for files that are needed for a while. It lies where Spark keeps its own: on the disks that
 * are meant for it, and cleared up by Spark, or by what started its process, if that comes to its end in between.
 */
record Scratch(Path directory) implements AutoCloseable {
    static Scratch create() throws IOException {
        Path parent =
                SparkEnv.get().blockManager().diskBlockManager().localDirs()[0].toPath();
        return new Scratch(Files.createTempDirectory(parent, "gatehouse"));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
