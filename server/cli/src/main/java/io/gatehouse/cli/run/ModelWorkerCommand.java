package io.gatehouse.cli.run;

import io.gatehouse.cli.Gatehouse;
import io.gatehouse.worker.ModelService;
import io.gatehouse.worker.WorkerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;

/** Answers questions to a model for the server that starts it. Like {@link WorkerCommand} it is not for people. */
@Command(name = ModelWorkerCommand.NAME, hidden = true)
public final class ModelWorkerCommand implements Runnable {
    public static final String NAME = "model-worker";

    /**
     * Returns the settings of workers that are started as this program.
     *
     * @param memory limit of a worker in bytes
     */
    public static WorkerSettings settings(long memory, Duration patience) {
        return new WorkerSettings(List.of(Gatehouse.class.getName(), NAME), memory, patience);
    }

    @Override
    public void run() {
        try {
            ModelService.serve(System.in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
