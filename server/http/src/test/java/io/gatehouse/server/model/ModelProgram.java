package io.gatehouse.server.model;

import io.gatehouse.completion.ModelSpec;
import io.gatehouse.worker.ModelProcess;
import io.gatehouse.worker.ModelService;
import io.gatehouse.worker.WorkerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The program of a model's process, as the command line starts it. */
public final class ModelProgram {
    private static final long MEMORY = 2L << 30;

    private ModelProgram() {}

    public static void main(String[] arguments) throws IOException {
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        System.setProperty("ai.djl.offline", "true");
        ModelService.serve(System.in);
    }

    public static ModelSettings settings() {
        return settings(2, 64, Duration.ofMinutes(5));
    }

    static ModelSettings settings(int processes, int queued, Duration timeout) {
        WorkerSettings worker =
                new WorkerSettings(List.of(ModelProgram.class.getName()), MEMORY, Duration.ofMinutes(2));
        return new ModelSettings(
                path -> ModelProcess.start(worker, new ModelSpec(path.toString(), "exact", "cpu")),
                processes,
                queued,
                timeout);
    }
}
