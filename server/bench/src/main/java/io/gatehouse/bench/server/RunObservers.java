package io.gatehouse.bench.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Those who look on while a run goes: one listens to events and asks SQL for what it hears of, as a console does, others
 * ask every second how often every expert fired so far.
 */
final class RunObservers implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PAUSE_MILLIS = 1000;
    private static final String ANSWERS = "SELECT count(*) FROM answers WHERE run_id = ?";
    private static final String COUNTS =
            "SELECT layer, expert, activations FROM experts WHERE run_id = ? AND scope = 'prompt'";

    private final URI server;
    private final CommitTimes commits;
    private final SingleRequestConnection events;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    RunObservers(URI server, CommitTimes commits, int readers) {
        this.server = server;
        this.commits = commits;
        try {
            this.events = SingleRequestConnection.send(server, "GET", "v1/events");
            events.status();
        } catch (IOException e) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "Nobody can listen: %s.".formatted(e), e);
        }
        start(this::listen);
        for (int i = 0; i < readers; i++) {
            start(this::ask);
        }
    }

    private interface Watching {
        void watch() throws IOException, InterruptedException;
    }

    private void start(Watching watching) {
        Thread thread = new Thread(
                () -> {
                    try {
                        watching.watch();
                    } catch (IOException | InterruptedException e) {
                        if (!closed) {
                            failures.add(e);
                        }
                    }
                },
                "bench-watcher");
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void listen() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8));
        int heard = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data: ")) {
                JsonNode data = JSON.readTree(line.substring("data: ".length()));
                int told = data.at("/progress/questionsDone").asInt();
                if (told > heard) {
                    find(told, data.path("runId").asInt());
                    heard = told;
                }
            }
        }
    }

    private void find(int told, int run) throws IOException {
        int found = ask(ANSWERS, run).at("/rows/0/0").asInt();
        if (found < told) {
            throw new IOException("%d questions were told of, but SQL finds %d".formatted(told, found));
        }
        commits.heardOf(told);
    }

    private void ask() throws IOException, InterruptedException {
        while (!closed) {
            ask(COUNTS, 1);
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private JsonNode ask(String sql, int run) throws IOException {
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("sql", sql)
                .set("parameters", JsonNodeFactory.instance.arrayNode().add(run))
                .toString();
        try (SingleRequestConnection request = SingleRequestConnection.post(server, "v1/query", body)) {
            return request.json();
        }
    }

    /** @throws GatehouseException INTERNAL_ERROR if one of them saw what should not be */
    void requireAllWell() {
        Exception failure = failures.peek();
        if (failure != null) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR, "A watcher failed: %s.".formatted(failure.getMessage()), failure);
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        try {
            events.close();
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR, "A connection cannot be closed: %s.".formatted(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
