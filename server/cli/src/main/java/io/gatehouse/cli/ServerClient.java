package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.server.ServerNotice;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Asks a server over HTTP. What the server refuses is thrown as it would be here. */
final class ServerClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final URI uri;
    private final Optional<String> token;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /** @param uri of the server's root, with a slash at its end */
    ServerClient(URI uri, Optional<String> token) {
        this.uri = requireNonNull(uri, "uri is null");
        this.token = requireNonNull(token, "token is null");
    }

    /** One that may name paths of this machine. */
    ServerClient(ServerNotice notice) {
        this(notice.uri(), Optional.of(notice.key()));
    }

    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonNode get(String path) {
        return json(send(request(path).GET()));
    }

    JsonNode post(String path, JsonNode body) {
        return json(open(path, body));
    }

    /** The answer while it arrives; the caller closes it. */
    InputStream open(String path, JsonNode body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    void delete(String path) {
        json(send(request(path).DELETE()));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri.resolve(path));
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private InputStream send(HttpRequest.Builder request) {
        try {
            HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
            if (response.statusCode() >= 400) {
                try (InputStream body = response.body()) {
                    throw refused(response.statusCode(), body.readAllBytes());
                }
            }
            return response.body();
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was cancelled.", e);
        }
    }

    private JsonNode json(InputStream stream) {
        try (stream) {
            return JSON.readTree(stream);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private GatehouseException unreachable(IOException e) {
        String reason = Optional.ofNullable(e.getMessage()).orElse("no connection");
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "No Gatehouse server answers at %s: %s.".formatted(uri, reason), e);
    }

    private GatehouseException refused(int status, byte[] body) {
        try {
            JsonNode problem = JSON.readTree(body);
            ErrorCode code = code(problem, ErrorCode.INVALID_ARGUMENT);
            String detail = problem.path("detail").asText("status " + status);
            JsonNode at = problem.path("position");
            return at.isObject()
                    ? new GatehouseException(code, detail, range(at))
                    : new GatehouseException(code, detail);
        } catch (IOException e) {
            return new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s answers with status %d; is it Gatehouse?".formatted(uri, status),
                    e);
        }
    }

    /** The code of an error; a server of another version may have some that are not known here. */
    static ErrorCode code(JsonNode error, ErrorCode otherwise) {
        return Arrays.stream(ErrorCode.values())
                .filter(known -> known.name().equals(error.path("code").asText()))
                .findFirst()
                .orElse(otherwise);
    }

    private static TextRange range(JsonNode at) {
        return new TextRange(
                at.path("line").asInt(),
                at.path("column").asInt(),
                at.path("endLine").asInt(),
                at.path("endColumn").asInt());
    }
}
