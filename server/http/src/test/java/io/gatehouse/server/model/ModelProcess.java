package io.gatehouse.server.model;

import io.gatehouse.completion.ModelChoice;
import io.gatehouse.worker.ModelOwner;
import io.gatehouse.worker.ModelWorker;
import io.gatehouse.worker.WorkerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The process of a model, as the command line starts it. */
public final class ModelProcess {
    private static final long MEMORY = 2L << 30;

    private ModelProcess() {}

    public static void main(String[] arguments) throws IOException {
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        System.setProperty("ai.djl.offline", "true");
        ModelOwner.serve(System.in);
    }

    public static ModelSettings settings() {
        return settings(64, Duration.ofMinutes(5));
    }

    static ModelSettings settings(int queued, Duration timeout) {
        WorkerSettings worker =
                new WorkerSettings(List.of(ModelProcess.class.getName()), MEMORY, Duration.ofMinutes(2));
        return new ModelSettings(
                path -> ModelWorker.start(worker, new ModelChoice(path.toString(), "exact", "cpu")), queued, timeout);
    }
}
