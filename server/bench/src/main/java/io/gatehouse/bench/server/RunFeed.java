package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.ServedRun;
import io.gatehouse.client.http.ServerRuns;
import io.gatehouse.error.GatehouseException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Starts run after run in a server, so that one is always being written; the last one is seen to its end. */
final class RunFeed implements Runnable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final ServerRuns server;
    private final String name;
    private final Map<String, Object> options;
    private final LoadDiary diary;
    private final long endNanos;
    private volatile int newest;

    /**
     * @param name of the runs, each with a number
     * @param options of each run, without its name
     */
    RunFeed(URI server, String name, Map<String, Object> options, LoadDiary diary, Duration time) {
        this.server = new ServerRuns(server, Optional.empty());
        this.name = requireNonNull(name, "name is null");
        this.options = new HashMap<>(options);
        this.diary = requireNonNull(diary, "diary is null");
        this.endNanos = System.nanoTime() + time.toNanos();
    }

    /** Number of the newest run that has answers; 0 as long as none has. */
    int newest() {
        return newest;
    }

    @Override
    public void run() {
        try {
            for (int number = 1; number == 1 || System.nanoTime() < endNanos; number++) {
                options.put("name", name + "-" + number);
                ServedRun run = server.follow(options, LOOK_EVERY, this::look);
                if (run.isComplete()) {
                    diary.ran();
                } else {
                    diary.fault("A run ended otherwise: " + run);
                }
            }
        } catch (GatehouseException e) {
            diary.fault("The run cannot be watched: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean look(ServedRun run) {
        if (run.answered() > 0) {
            newest = run.runId();
        }
        return true;
    }
}
