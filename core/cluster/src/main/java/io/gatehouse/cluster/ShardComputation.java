package io.gatehouse.cluster;

import io.gatehouse.run.ShardTask;
import io.gatehouse.run.ShardWorker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SerializableConfiguration;

/** What a task does: computes its shard into files on its own disk and brings them to the directory, where they wait. */
final class ShardComputation implements ShardStep {
    private final String directory;
    private final ShardWorker.Setup setup;
    private final SerializableConfiguration configuration;

    ShardComputation(String directory, ShardWorker.Setup setup, Configuration configuration) {
        this.directory = directory;
        this.setup = setup;
        this.configuration = new SerializableConfiguration(configuration);
    }

    @Override
    public ComputedShard compute(ShardTask task) {
        try (SparkTempDirectory local = SparkTempDirectory.create()) {
            // A task that was killed is not told so in any other way.
            TaskContext attempt = TaskContext.get();
            LoadedModel.of(setup).compute(task, local.directory(), attempt::isInterrupted);
            SharedDirectory shared = SharedDirectory.open(directory, configuration.value());
            String folder = SharedDirectory.staging(
                    setup.runId(),
                    "shard=%d-%d-%s".formatted(task.number(), attempt.attemptNumber(), UUID.randomUUID()));
            List<String> files = shared.uploadAll(local.directory(), folder);
            return new ComputedShard(task.number(), task.questions().size(), task.tokens(), folder, files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
