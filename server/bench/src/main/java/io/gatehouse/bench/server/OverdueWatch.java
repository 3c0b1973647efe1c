package io.gatehouse.bench.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Asks a server what it is at, and finds statements that it has not ended a second after their limit. */
final class OverdueWatch implements Runnable {
    private static final int LOOK_EVERY_MILLIS = 200;
    private static final double GRACE_SECONDS = 1;

    private final URI server;
    private final HostileDiary diary;
    private final Map<String, Long> since = new HashMap<>();
    private final Map<String, String> overdue = new TreeMap<>();

    OverdueWatch(URI server, HostileDiary diary) {
        this.server = server;
        this.diary = diary;
    }

    /** Those that were overdue. */
    synchronized List<String> overdue() {
        return List.copyOf(overdue.values());
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                // Before the question: however long the answer takes, it tells of a later moment.
                long now = System.nanoTime();
                try (SingleRequestConnection request = SingleRequestConnection.send(server, "GET", "v1/queries")) {
                    look(request.json(), now);
                } catch (IOException e) {
                    diary.fault("The list of queries: " + e.getMessage());
                }
                Thread.sleep(LOOK_EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look(JsonNode list, long now) {
        Set<String> seen = new HashSet<>();
        for (JsonNode query : list.path("queries")) {
            String state = query.path("state").asText();
            if (state.equals("planning") || state.equals("running")) {
                String id = query.path("queryId").asText();
                String key = "%s %s %s".formatted(state, id, query.path("attempts"));
                seen.add(key);
                long start = since.computeIfAbsent(key, unseen -> System.nanoTime());
                if (now - start > TimeUnit.MILLISECONDS.toNanos((long) (1000 * (diary.limit(id) + GRACE_SECONDS)))) {
                    overdue.put(
                            id,
                            "%s for %d ms of %d s: %s"
                                    .formatted(
                                            state,
                                            (now - start) / 1_000_000,
                                            diary.limit(id),
                                            query.path("sql").asText()));
                }
            }
        }
        since.keySet().retainAll(seen);
    }
}
