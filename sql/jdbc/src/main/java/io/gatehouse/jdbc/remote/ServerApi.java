package io.gatehouse.jdbc.remote;

import com.fasterxml.jackson.jr.ob.JSON;
import io.gatehouse.jdbc.ConnectionSettings;
import io.gatehouse.jdbc.Session;
import io.gatehouse.jdbc.SqlErrors;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;

/** Requests to one server. Safe for use by many threads. */
final class ServerApi {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** A server refuses less, but what is larger than this it does not read to its end, which breaks the connection. */
    private static final int MAX_BODY_BYTES = 50_000_000;

    private static final String QUERY_ID = "Query-Id";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    private final URI server;
    private final Optional<String> token;

    private ServerApi(URI server, Optional<String> token) {
        this.server = server;
        this.token = token;
    }

    static ServerApi of(ConnectionSettings settings) throws SQLException {
        String address = (settings.tls() ? "https:" : "http:") + settings.target();
        try {
            URI uri = new URI(address);
            String path = Optional.ofNullable(uri.getPath()).orElse("");
            if (uri.getHost() == null || !(path.isEmpty() || path.equals("/")) || uri.getUserInfo() != null) {
                throw SqlErrors.of(
                        "08001", "A server is named //HOST:PORT, not %s.".formatted(settings.target()), false, null);
            }
            return new ServerApi(uri.resolve("/"), settings.token());
        } catch (URISyntaxException e) {
            throw SqlErrors.of(
                    "08001", "A server is named //HOST:PORT, not %s.".formatted(settings.target()), false, e);
        }
    }

    Map<String, Object> get(String path) throws SQLException {
        return get(path, Session.PATIENCE);
    }

    Map<String, Object> get(String path, Duration timeout) throws SQLException {
        return json(send(request(path).timeout(timeout).GET().build()));
    }

    Map<String, Object> post(String path, Map<String, Object> body) throws SQLException {
        return json(send(withBody(request(path).timeout(Session.PATIENCE), body).build()));
    }

    /** Asks for the rows of a statement as an Arrow stream, however long the first of them takes. */
    InputStream query(String id, Map<String, Object> body) throws SQLException {
        HttpRequest.Builder request =
                request("v1/query").header(QUERY_ID, id).header("Accept", "application/vnd.apache.arrow.stream");
        return whole(send(withBody(request, body).build()));
    }

    /** Asks to end a query; false if the server does not know it. */
    boolean cancel(String id) throws SQLException {
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

    private static HttpRequest.Builder withBody(HttpRequest.Builder request, Map<String, Object> body)
            throws SQLException {
        try {
            byte[] json = JSON.std.asBytes(body);
            if (json.length > MAX_BODY_BYTES) {
                throw SqlErrors.of(
                        "54000",
                        "The statement and its parameters are larger than %d bytes.".formatted(MAX_BODY_BYTES),
                        false,
                        null);
            }
            return request.header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json));
        } catch (IOException e) {
            throw SqlErrors.of("XX000", "The request cannot be written: %s.".formatted(e.getMessage()), false, e);
        }
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws SQLException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (ConnectException e) {
            throw SqlErrors.of("08001", "There is no server at %s.".formatted(server), false, e);
        } catch (HttpTimeoutException e) {
            throw SqlErrors.of(SqlErrors.CONNECTION, "The server at %s does not answer.".formatted(server), false, e);
        } catch (SSLHandshakeException e) {
            throw SqlErrors.of(
                    "08001",
                    "The certificate of the server at %s is not trusted here: give Java a trust store that has it (%s)."
                            .formatted(server, e.getMessage()),
                    false,
                    e);
        } catch (IOException e) {
            throw SqlErrors.of(
                    SqlErrors.CONNECTION,
                    "The connection to the server at %s broke: %s.".formatted(server, e.getMessage()),
                    false,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SqlErrors.of("57014", "The query was cancelled.", false, e);
        }
    }

    private Map<String, Object> json(HttpResponse<InputStream> response) throws SQLException {
        try (InputStream body = whole(response)) {
            return JSON.std.mapFrom(body);
        } catch (IOException e) {
            throw noGatehouse(e);
        }
    }

    /** The body of an answer that is none of an error. */
    private InputStream whole(HttpResponse<InputStream> response) throws SQLException {
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            throw Problems.sql(response.statusCode(), JSON.std.mapFrom(body));
        } catch (IOException e) {
            throw noGatehouse(e);
        }
    }

    private SQLException noGatehouse(IOException cause) {
        return SqlErrors.of("08001", "What answers at %s is no Gatehouse.".formatted(server), false, cause);
    }
}
