package io.gatehouse.cli.run;

import io.gatehouse.cli.Gatehouse;
import io.gatehouse.run.RunRequest;
import io.gatehouse.server.ServerMemory;
import io.gatehouse.worker.ParentProcess;
import io.gatehouse.worker.WorkerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;

/** Reads and computes a run for the server that starts it. It is not for people: it exchanges bytes with the server. */
@Command(name = WorkerCommand.NAME, hidden = true)
public final class WorkerCommand implements Runnable {
    public static final String NAME = "worker";

    /**
     * Returns the settings of workers that are started as this program.
     *
     * @param memory limit of a worker in bytes
     */
    public static WorkerSettings settings(long memory, Duration patience) {
        return new WorkerSettings(List.of(Gatehouse.class.getName(), NAME), memory, patience);
    }

    /** Returns the settings for a server without a memory limit of its own. */
    public static WorkerSettings standard() {
        return settings(ServerMemory.standard().worker(), Duration.ofMinutes(2));
    }

    @Override
    public void run() {
        try {
            ParentProcess.serve(System.in, WorkerCommand::compute);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compute(RunRequest request, ParentProcess parent) {
        try (PlannedRun run = PlannedRun.open(request)) {
            parent.found(run.sources());
            run.compute(parent);
        }
    }
}
