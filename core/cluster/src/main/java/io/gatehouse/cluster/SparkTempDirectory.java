package io.gatehouse.cluster;

import io.gatehouse.base.DirectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;

/**
 * A temporary directory of this machine. It lies among those of Spark: on the disks meant for them, and deleted by Spark,
 * or by whatever started its process, if the process ends early.
 */
record SparkTempDirectory(Path directory) implements AutoCloseable {
    static SparkTempDirectory create() throws IOException {
        Path parent =
                SparkEnv.get().blockManager().diskBlockManager().localDirs()[0].toPath();
        return new SparkTempDirectory(Files.createTempDirectory(parent, "gatehouse"));
    }

    @Override
    public void close() throws IOException {
        DirectoryTree.delete(directory);
    }
}
