package io.gatehouse.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.testing.RecordCopy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a query whose client leaves, waits too long, or sends more; and of all of them when the server stops. */
@Timeout(60)
final class TestClientConnections {
    /** Runs for minutes if nobody stops it: 120 tokens to the sixth. */
    private static final String ENDLESS =
            "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) "
                    + "FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f";

    /** One of HTTP/1.1 is asked whether it is still there, one of HTTP/1.0 cannot be. */
    @Test
    void cancelsTheQueryOfAClientThatLeaves(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            for (String protocol : List.of("HTTP/1.1", "HTTP/1.0")) {
                Socket client = server.connect();
                String request = new String(post(server, ENDLESS), US_ASCII).replace("HTTP/1.1", protocol);
                client.getOutputStream().write(request.getBytes(US_ASCII));
                awaitRunning(server, 1);
                client.close();
                awaitRunning(server, 0);
                assertThat(server.query("SELECT 1").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void answersAClientThatHasOnlyStoppedSending(@TempDir Path folder) throws Exception {
        String slow = "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id) AS slow "
                + "FROM tokens a, tokens b, tokens c, tokens d";
        try (TestingServer server = TestingServer.start(folder);
                Socket client = server.connect()) {
            client.getOutputStream().write(post(server, slow));
            client.shutdownOutput();
            String answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
            assertThat(answer.replaceAll("HTTP/1.1 102 Processing\r\n\r\n", ""))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"slow\"");
        }
    }

    @Test
    void cancelsAQueryAtItsTimeLimit(@TempDir Path folder) throws Exception {
        QueryQuota limits = RecordCopy.of(QueryQuota.standard(), Map.of("timeout", Duration.ofSeconds(1)));
        try (TestingServer server = TestingServer.start(folder, limits)) {
            HttpResponse<String> response = server.query(ENDLESS);
            assertThat(response.statusCode()).isEqualTo(504);
            assertThat(response.body()).contains("\"code\":\"QUERY_TIMEOUT\"");
            awaitRunning(server, 0);
        }
    }

    @Test
    void answersTheNextRequestOfAClientThatDidNotWait(@TempDir Path folder) throws Exception {
        String slow = "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id) AS slow "
                + "FROM tokens a, tokens b, tokens c, tokens d";
        try (TestingServer server = TestingServer.start(folder);
                Socket client = server.connect()) {
            client.getOutputStream().write(post(server, slow));
            awaitRunning(server, 1);
            // Comes while the watch looks whether the client has left: two requests more, the last in two pieces.
            byte[] second = post(server, "SELECT 2 AS second");
            byte[] third = post(server, "SELECT 3 AS third");
            client.getOutputStream().write(second);
            client.getOutputStream().write(third, 0, 20);
            String first = readAnswer(client.getInputStream());
            client.getOutputStream().write(third, 20, third.length - 20);
            assertThat(first).contains("\"slow\"");
            assertThat(readAnswer(client.getInputStream())).contains("\"second\"");
            assertThat(readAnswer(client.getInputStream())).contains("\"third\"");
        }
    }

    @Test
    void breaksAnAnswerThatFailsHalfWay(@TempDir Path folder) throws Exception {
        QueryQuota limits = RecordCopy.of(QueryQuota.standard(), Map.of("timeout", Duration.ofSeconds(4)));
        String wide = "SELECT a.token, b.token, c.token FROM tokens a, tokens b, tokens c";
        try (TestingServer server = TestingServer.start(folder, limits);
                Socket client = server.connect()) {
            String body = "{\"sql\": \"" + wide + "\", \"limit\": 10000000}";
            client.getOutputStream().write(post(server, "application/json", body));
            InputStream answer = client.getInputStream();
            String start = new String(answer.readNBytes(1000), US_ASCII);
            assertThat(start).startsWith("HTTP/1.1 200 ").contains("Transfer-Encoding: chunked");
            // The answer is larger than every buffer on the way, so the server waits for this client past the limit.
            Thread.sleep(4500);
            assertThat(new String(answer.readAllBytes(), US_ASCII))
                    .doesNotContain("rowCount")
                    .doesNotEndWith("0\r\n\r\n");
            awaitRunning(server, 0);
        }
    }

    @Test
    void givesRunningQueriesAFewSecondsWhenItStops(@TempDir Path folder) throws Exception {
        CompletableFuture<HttpResponse<String>> answer;
        long start;
        try (TestingServer server = TestingServer.start(folder)) {
            answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return server.query(ENDLESS);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            awaitRunning(server, 1);
            start = System.nanoTime();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(9));
        assertThat(answer.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
    }

    private static byte[] post(TestingServer server, String sql) {
        return post(server, "application/sql", sql);
    }

    private static byte[] post(TestingServer server, String type, String body) {
        return """
                POST /v1/query HTTP/1.1\r
                Host: %s:%d\r
                Content-Type: %s\r
                Content-Length: %d\r
                \r
                %s""".formatted(server.uri().getHost(), server.uri().getPort(), type, body.length(), body)
                .getBytes(US_ASCII);
    }

    private static void awaitRunning(TestingServer server, int queries) throws Exception {
        int running = -1;
        for (int i = 0; i < 400 && running != queries; i++) {
            Thread.sleep(25);
            running = new ObjectMapper()
                    .readTree(server.get("v1/health").body())
                    .at("/runningQueries")
                    .intValue();
        }
        assertThat(running).as("running queries").isEqualTo(queries);
    }

    /** Reads one answer of a connection that stays open, up to the object's last field. */
    private static String readAnswer(InputStream stream) throws IOException {
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().matches("(?s).*\"elapsedMs\":[0-9.]+}.*")) {
            int next = stream.read();
            assertThat(next).as("the connection ended after: %s", answer).isNotNegative();
            answer.append((char) next);
        }
        return answer.toString();
    }
}
