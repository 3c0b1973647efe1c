package io.gatehouse.client.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.jr.ob.JSON;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;

/** Requests to one server, whose problem documents become exceptions. Safe for use by many threads. */
final class ServerApi {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** A server refuses smaller bodies, too, but does not read larger ones to their end, which breaks the connection. */
    private static final int MAX_BODY_BYTES = 50_000_000;

    private static final String QUERY_ID = "Query-Id";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    private final URI server;
    private final Optional<String> token;

    ServerApi(URI server, Optional<String> token) {
        this.server = server.resolve("/");
        this.token = requireNonNull(token, "token is null");
    }

    Map<String, Object> get(String path) {
        return get(path, Session.PATIENCE);
    }

    Map<String, Object> get(String path, Duration timeout) {
        return json(send(request(path).timeout(timeout).GET().build()));
    }

    Map<String, Object> post(String path, Map<String, Object> body) {
        return json(send(withBody(request(path).timeout(Session.PATIENCE), body).build()));
    }

    Map<String, Object> postWithoutTimeLimit(String path, Map<String, Object> body) {
        return json(send(withBody(request(path), body).build()));
    }

    Map<String, Object> patch(String path, Map<String, Object> body) {
        HttpRequest request =
                withBody(request(path).timeout(Session.PATIENCE), body).build();
        return json(send(HttpRequest.newBuilder(request, (name, value) -> true)
                .method("PATCH", request.bodyPublisher().orElseThrow())
                .build()));
    }

    /** Deletes what is at a path. */
    void delete(String path) {
        try (InputStream body =
                successful(send(request(path).timeout(Session.PATIENCE).DELETE().build()))) {
            body.readAllBytes();
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.CONNECTION_LOST, "The connection to the server at %s broke.".formatted(server), e);
        }
    }

    /** Asks for the rows of a statement in a format, however long the first of them takes. */
    InputStream query(String id, String mediaType, Map<String, Object> body) {
        HttpRequest.Builder request = request("v1/query").header(QUERY_ID, id).header("Accept", mediaType);
        return successful(send(withBody(request, body).build()));
    }

    /** Asks to end a query; false if the server does not know it. */
    boolean cancel(String id) {
        HttpResponse<InputStream> response = send(
                request("v1/queries/" + id).timeout(Session.PATIENCE).DELETE().build());
        if (response.statusCode() == 404) {
            return false;
        }
        json(response);
        return true;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path));
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private static HttpRequest.Builder withBody(HttpRequest.Builder request, Map<String, Object> body) {
        try {
            // A parameter may be NULL.
            byte[] json = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asBytes(body);
            if (json.length > MAX_BODY_BYTES) {
                throw new GatehouseException(
                        ErrorCode.SQL_TOO_LARGE, "The request is larger than %d bytes.".formatted(MAX_BODY_BYTES));
            }
            return request.header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json));
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR, "The request cannot be written: %s.".formatted(e.getMessage()), e);
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (ConnectException e) {
            throw new GatehouseException(ErrorCode.SERVER_NOT_FOUND, "There is no server at %s.".formatted(server), e);
        } catch (HttpTimeoutException e) {
            throw new GatehouseException(
                    ErrorCode.CONNECTION_LOST, "The server at %s does not answer.".formatted(server), e);
        } catch (SSLHandshakeException e) {
            throw new GatehouseException(
                    ErrorCode.SERVER_NOT_FOUND,
                    "The certificate of the server at %s is not trusted here: give Java a trust store that has it (%s)."
                            .formatted(server, e.getMessage()),
                    e);
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.CONNECTION_LOST,
                    "The connection to the server at %s broke: %s.".formatted(server, e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The request was cancelled.", e);
        }
    }

    private Map<String, Object> json(HttpResponse<InputStream> response) {
        try (InputStream body = successful(response)) {
            return JSON.std.mapFrom(body);
        } catch (IOException e) {
            throw noGatehouse(e);
        }
    }

    /** The body of a response that is not an error. */
    private InputStream successful(HttpResponse<InputStream> response) {
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            throw refused(response.statusCode(), JSON.std.mapFrom(body));
        } catch (IOException e) {
            throw noGatehouse(e);
        }
    }

    private GatehouseException noGatehouse(IOException cause) {
        return new GatehouseException(
                ErrorCode.SERVER_NOT_FOUND, "The server at %s is not a Gatehouse server.".formatted(server), cause);
    }

    /**
     * The error of a problem document.
     *
     * @param status decides if the document has no code, or one of another version
     */
    static GatehouseException refused(int status, Map<?, ?> problem) {
        ErrorCode code = ErrorCode.find(String.valueOf(problem.get("code"))).orElseGet(() -> ofStatus(status));
        String detail = problem.get("detail") instanceof String text
                ? text
                : "The server answered with status %d.".formatted(status);
        return problem.get("position") instanceof Map<?, ?> place
                ? new GatehouseException(code, detail, range(place))
                : new GatehouseException(code, detail);
    }

    private static ErrorCode ofStatus(int status) {
        return switch (status) {
            case 401, 403 -> ErrorCode.UNAUTHORIZED;
            case 413, 414, 431 -> ErrorCode.SQL_TOO_LARGE;
            case 429, 503 -> ErrorCode.QUERY_BUSY;
            default -> status >= 500 ? ErrorCode.INTERNAL_ERROR : ErrorCode.SERVER_REFUSED;
        };
    }

    /** An invalid place becomes the start of the text. */
    private static TextRange range(Map<?, ?> place) {
        int line = number(place, "line", 1);
        int column = number(place, "column", 1);
        int endLine = number(place, "endLine", line);
        return new TextRange(line, column, endLine, number(place, "endColumn", endLine == line ? column : 1));
    }

    private static int number(Map<?, ?> place, String field, int least) {
        return place.get(field) instanceof Number number ? Math.max(least, number.intValue()) : least;
    }
}
