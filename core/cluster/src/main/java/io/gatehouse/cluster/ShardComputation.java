package io.gatehouse.cluster;

import io.gatehouse.run.RunTerms;
import io.gatehouse.run.ShardTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SerializableConfiguration;

/** What a task does: computes its shard into files on its own disk and brings them to the directory, where they wait. */
final class ShardComputation implements ShardStep {
    private final String directory;
    private final RunTerms terms;
    private final SerializableConfiguration configuration;

    ShardComputation(String directory, RunTerms terms, Configuration configuration) {
        this.directory = directory;
        this.terms = terms;
        this.configuration = new SerializableConfiguration(configuration);
    }

    @Override
    public ComputedShard compute(ShardTask task) {
        try {
            Path local = Files.createTempDirectory("gatehouse-shard");
            try {
                int correct = LoadedModel.of(terms).compute(task, local);
                SharedDirectory shared = SharedDirectory.open(directory, configuration.value());
                String folder = SharedDirectory.staging(
                        terms.runId(),
                        "shard=%d-%d-%s"
                                .formatted(task.number(), TaskContext.get().attemptNumber(), UUID.randomUUID()));
                List<String> files = shared.uploadAll(local, folder);
                return new ComputedShard(task.number(), task.questions().size(), task.tokens(), correct, folder, files);
            } finally {
                delete(local);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
