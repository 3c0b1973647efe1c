package io.gatehouse.bench.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A request on a connection of its own, which its client may leave at any moment. It is one of HTTP/1.0, whose answers
 * end with the connection.
 */
final class SingleRequestConnection implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;

    private SingleRequestConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static SingleRequestConnection send(URI server, String method, String path) throws IOException {
        return send(server, method, path, "", "");
    }

    static SingleRequestConnection post(URI server, String path, String json) throws IOException {
        return send(server, "POST", path, "Content-Type: application/json\r\n", json);
    }

    /** @param id names the query, so that it can be cancelled */
    static SingleRequestConnection query(URI server, String id, String json) throws IOException {
        return send(server, "POST", "v1/query", "Content-Type: application/json\r\nQuery-Id: " + id + "\r\n", json);
    }

    private static SingleRequestConnection send(URI server, String method, String path, String headers, String body)
            throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = "%s /%s HTTP/1.0\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n"
                .formatted(method, path, server.getAuthority(), headers, content.length);
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(content);
        Socket socket = new Socket(server.getHost(), server.getPort());
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            request.writeTo(socket.getOutputStream());
            return new SingleRequestConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits for the head of the answer, and returns its status. */
    int status() throws IOException {
        String first = line();
        String header = first;
        while (!header.isEmpty()) {
            header = line();
        }
        String[] parts = first.split(" ", 3);
        if (parts.length < 2) {
            throw new IOException("the connection ended before the answer");
        }
        return Integer.parseInt(parts[1]);
    }

    /** One line of the head, or an empty one where the connection ends. */
    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    /** The body of an answer whose status has been read. */
    InputStream body() {
        return in;
    }

    /** The whole answer, which must be one that went well. */
    JsonNode json() throws IOException {
        int status = status();
        byte[] body = in.readAllBytes();
        if (status >= 300) {
            throw new IOException("status %d: %s".formatted(status, new String(body, StandardCharsets.UTF_8)));
        }
        return JSON.readTree(body);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
