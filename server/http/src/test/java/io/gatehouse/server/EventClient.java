package io.gatehouse.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads server-sent events from a socket of its own. */
final class EventClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Socket socket;
    private final BufferedReader lines;

    /** One event: its id, its topic and its data. */
    record Event(String id, String topic, JsonNode data) {}

    private EventClient(Socket socket, BufferedReader lines) {
        this.socket = socket;
        this.lines = lines;
    }

    /** HTTP/1.0, so that the body comes without chunks. */
    static EventClient connect(TestingServer server, String query, String lastEventId) throws IOException {
        Socket socket = server.connect();
        String last = lastEventId.isEmpty() ? "" : "Last-Event-ID: " + lastEventId + "\r\n";
        socket.getOutputStream()
                .write("GET /v1/events?%s HTTP/1.0\r\nHost: %s\r\n%s\r\n"
                        .formatted(query, server.uri().getAuthority(), last)
                        .getBytes(StandardCharsets.US_ASCII));
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String status = lines.readLine();
        if (!status.contains(" 200 ")) {
            socket.close();
            throw new IOException(status);
        }
        while (!lines.readLine().isEmpty()) {
            // The headers.
        }
        return new EventClient(socket, lines);
    }

    /** Waits for the next event; comments are passed over. */
    Event next() throws IOException {
        Map<String, String> fields = new HashMap<>();
        while (true) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("The stream has ended");
            }
            if (line.isEmpty() && fields.containsKey("data")) {
                return new Event(
                        fields.getOrDefault("id", ""),
                        fields.getOrDefault("event", ""),
                        JSON.readTree(fields.getOrDefault("data", "")));
            }
            int colon = line.indexOf(": ");
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
