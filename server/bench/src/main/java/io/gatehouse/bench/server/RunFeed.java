package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** Starts run after run in a server, so that one is always being written; the last one is seen to its end. */
final class RunFeed implements Runnable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final URI server;
    private final String name;
    private final ObjectNode options;
    private final LoadDiary diary;
    private final long endNanos;
    private volatile int newest;

    /**
     * @param name of the runs, each with a number
     * @param options of each run, without its name
     */
    RunFeed(URI server, String name, ObjectNode options, LoadDiary diary, Duration time) {
        this.server = requireNonNull(server, "server is null");
        this.name = requireNonNull(name, "name is null");
        this.options = options.deepCopy();
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
                JsonNode run =
                        ServedRun.follow(server, options.put("name", name + "-" + number), LOOK_EVERY, this::look);
                if (ServedRun.isComplete(run)) {
                    diary.ran();
                } else {
                    diary.fault("A run ended otherwise: " + run);
                }
            }
        } catch (IOException e) {
            diary.fault("The run cannot be watched: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(JsonNode run) {
        if (run.path("answered").asInt() > 0) {
            newest = run.path("runId").asInt();
        }
    }
}
