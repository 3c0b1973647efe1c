package io.gatehouse.server.mcp;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.DaemonThreads;
import io.gatehouse.client.Session;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Messages of the protocol, one a line, as a program that started this process sends them. */
public final class McpLines {
    private static final Logger LOG = LoggerFactory.getLogger(McpLines.class);
    private static final int AT_A_TIME = 4;

    private final McpServer server;
    private final Session session;
    private final PrintWriter out;
    private final Map<JsonNode, CancellableSession> running = new ConcurrentHashMap<>();

    public McpLines(McpServer server, Session session, PrintWriter out) {
        this.server = requireNonNull(server, "server is null");
        this.session = requireNonNull(session, "session is null");
        this.out = requireNonNull(out, "out is null");
    }

    /** Answers until the end of the input, and lets the calls end that are running then. */
    public void run(BufferedReader in) throws IOException, InterruptedException {
        ExecutorService calls = Executors.newFixedThreadPool(AT_A_TIME, DaemonThreads.named("gatehouse-mcp"));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            byte[] text = line.getBytes(StandardCharsets.UTF_8);
            JsonNode message = read(text);
            if (message.path("method").asText().equals("notifications/cancelled")) {
                Optional.ofNullable(running.get(message.path("params").path("requestId")))
                        .ifPresent(CancellableSession::cancel);
            } else if (!line.isBlank()) {
                CancellableSession own = new CancellableSession(session);
                running.put(message.path("id"), own);
                calls.execute(() -> answer(text, message.path("id"), own));
            }
        }
        calls.shutdown();
        while (!calls.awaitTermination(1, TimeUnit.SECONDS)) {
            if (out.checkError()) {
                running.values().forEach(CancellableSession::cancel);
            }
        }
    }

    /** The message, for its id; what is no JSON is refused when it is answered. */
    private static JsonNode read(byte[] text) {
        try {
            return Json.tree(text, "The message");
        } catch (GatehouseException e) {
            return Json.object();
        }
    }

    private void answer(byte[] text, JsonNode id, CancellableSession own) {
        try {
            // Nobody waits for the answer to a call that was cancelled.
            server.answer(text, Optional.empty(), own)
                    .message()
                    .filter(message -> !own.isCancelled())
                    .ifPresent(this::send);
        } catch (RuntimeException e) {
            LOG.error("A message could not be answered", e);
            send(McpServer.defect(id));
        } finally {
            running.remove(id, own);
        }
    }

    private void send(ObjectNode message) {
        out.println(Json.string(message));
        out.flush();
    }
}
