package io.gatehouse.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.testing.RecordCopy;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Queries that take long take turns, and those that do not are not kept waiting by them. */
@Timeout(120)
final class TestLongQueries {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** 120 tokens to the sixth. */
    private static final String ENDLESS =
            "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) "
                    + "FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f";

    /** Of some seconds: twice 120 tokens to the fourth. */
    private static final String LONG =
            "SELECT count(*) AS n, sum(a.token_id % 7 + b.token_id % 5 + c.token_id % 3 + d.token_id) AS s "
                    + "FROM tokens a, tokens b, tokens c, tokens d, range(2)";

    private static final String ENDLESS_ROWS =
            "SELECT a.token, b.token, c.token, d.token FROM tokens a, tokens b, tokens c, tokens d, tokens e";

    @Test
    void answersShortQueriesBesideAnyNumberOfLongOnes(@TempDir Path folder) throws Exception {
        QueryQuota quota = RecordCopy.of(QueryQuota.standard(), Map.of("concurrent", 2, "computing", 1));
        try (TestingServer server = TestingServer.start(folder, quota)) {
            List<CompletableFuture<HttpResponse<String>>> longOnes = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                longOnes.add(start(server, "long-" + i, ENDLESS));
            }
            while (waiting(server) < 5) {
                Thread.sleep(10);
            }
            assertThat(server.query("SELECT count(*) FROM experts").statusCode())
                    .isEqualTo(200);
            for (int i = 0; i < 6; i++) {
                server.send("v1/queries/long-" + i, request -> request.DELETE());
                assertThat(longOnes.get(i).get(20, TimeUnit.SECONDS).statusCode())
                        .isEqualTo(409);
            }
            assertThat(waiting(server)).isZero();
        }
    }

    /** One that is set aside begins anew, and its client sees nothing of it. */
    @Test
    void whatIsSetAsideHasItsRowsInTheEnd(@TempDir Path folder) throws Exception {
        QueryQuota quota =
                RecordCopy.of(QueryQuota.standard(), Map.of("computing", 1, "patience", Duration.ofMinutes(2)));
        try (TestingServer server = TestingServer.start(folder, quota)) {
            JsonNode alone = JSON.readTree(server.query(LONG).body()).at("/rows");
            List<CompletableFuture<HttpResponse<String>>> together = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                together.add(start(server, "long-" + i, LONG));
            }
            for (CompletableFuture<HttpResponse<String>> answer : together) {
                HttpResponse<String> response = answer.get(60, TimeUnit.SECONDS);
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
                assertThat(JSON.readTree(response.body()).at("/rows")).isEqualTo(alone);
            }
            int attempts = 0;
            for (int i = 0; i < 2; i++) {
                attempts += JSON.readTree(server.get("v1/queries/long-" + i).body())
                        .at("/attempts")
                        .asInt();
            }
            assertThat(attempts).as("attempts of two queries").isGreaterThan(2);
        }
    }

    /** Answers that are sent take turns between their rows, and each has all of them. */
    @Test
    void answersTakeTurns(@TempDir Path folder) throws Exception {
        String sql = "SELECT a.token_id, b.token_id, c.token_id FROM tokens a, tokens b, tokens c";
        QueryQuota quota = RecordCopy.of(QueryQuota.standard(), Map.of("computing", 1));
        try (TestingServer server = TestingServer.start(folder, quota)) {
            for (String format : List.of("csv", "ndjson", "arrow", "json", "parquet", "latex")) {
                String body = JSON.createObjectNode()
                        .put("sql", sql)
                        .put("format", format)
                        .put("limit", 2_000_000)
                        .toString();
                int alone = length(server, body);
                List<CompletableFuture<Integer>> together = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    together.add(CompletableFuture.supplyAsync(() -> length(server, body)));
                }
                for (CompletableFuture<Integer> answer : together) {
                    // The identifier and the time of a query are in its JSON.
                    assertThat(answer.get(60, TimeUnit.SECONDS)).as(format).isBetween(alone - 10, alone + 10);
                }
            }
        }
    }

    /** Whoever downloads a file slowly has waited for its rows already. */
    @Test
    void sendsAFileThatWasMadeInTimeForAsLongAsItTakes(@TempDir Path folder) throws Exception {
        String sql = "SELECT a.token, b.token_id, c.token_id FROM tokens a, tokens b, tokens c";
        QueryQuota quota = RecordCopy.of(QueryQuota.standard(), Map.of("timeout", Duration.ofSeconds(6)));
        try (TestingServer server = TestingServer.start(folder, quota);
                Socket client = server.connect()) {
            client.setReceiveBufferSize(1 << 14);
            client.getOutputStream()
                    .write("GET /v1/query?format=parquet&sql=%s HTTP/1.0\r\nHost: %s\r\nQuery-Id: file\r\n\r\n"
                            .formatted(sql.replace(" ", "%20"), server.uri().getAuthority())
                            .getBytes(US_ASCII));
            assertThat(client.getInputStream().read()).isPositive();
            Thread.sleep(7500);
            byte[] rest = client.getInputStream().readAllBytes();
            assertThat(new String(rest, rest.length - 4, 4, US_ASCII))
                    .as("the end of a Parquet file")
                    .isEqualTo("PAR1");
            assertThat(await(server, "file", "finished").at("/error").isMissingNode())
                    .isTrue();
        }
    }

    /** The plan comes before the rows of the statement, which nobody is to take for a reason to let it compute on. */
    @Test
    void explainAnalyzeWaitsLikeTheStatement(@TempDir Path folder) throws Exception {
        QueryQuota quota = RecordCopy.of(QueryQuota.standard(), Map.of("computing", 1));
        try (TestingServer server = TestingServer.start(folder, quota)) {
            CompletableFuture<HttpResponse<String>> first = start(server, "first", "EXPLAIN ANALYZE " + ENDLESS);
            await(server, "first", "running");
            CompletableFuture<HttpResponse<String>> second = start(server, "second", "EXPLAIN ANALYZE " + ENDLESS);
            while (waiting(server) == 0) {
                Thread.sleep(10);
            }
            for (String id : List.of("first", "second")) {
                server.send("v1/queries/" + id, request -> request.DELETE());
            }
            assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
            assertThat(second.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
        }
    }

    /** Nobody can be told any more that the time is over, so the connection ends. */
    @Test
    void breaksTheAnswerOfAClientThatDoesNotReadIt(@TempDir Path folder) throws Exception {
        QueryQuota quota = RecordCopy.of(QueryQuota.standard(), Map.of("timeout", Duration.ofSeconds(2)));
        try (TestingServer server = TestingServer.start(folder, quota);
                Socket client = server.connect()) {
            client.getOutputStream()
                    .write("GET /v1/query?format=csv&sql=%s HTTP/1.1\r\nHost: %s\r\nQuery-Id: unread\r\n\r\n"
                            .formatted(
                                    ENDLESS_ROWS.replace(" ", "%20"),
                                    server.uri().getAuthority())
                            .getBytes(US_ASCII));
            JsonNode query = await(server, "unread", "running");
            while (query.at("/state").asText().equals("running")) {
                Thread.sleep(20);
                query = JSON.readTree(server.get("v1/queries/unread").body());
            }
            assertThat(query.at("/elapsedMs").asDouble()).isBetween(2000.0, 10_000.0);
            assertThat(query.at("/state").asText()).isEqualTo("failed");
            assertThat(query.at("/error/code").asText()).isEqualTo("QUERY_TIMEOUT");
        }
    }

    private static int waiting(TestingServer server) throws Exception {
        return JSON.readTree(server.get("v1/queries").body()).at("/queued").asInt();
    }

    private static int length(TestingServer server, String body) {
        try {
            HttpResponse<String> response = server.send(
                    "v1/query",
                    request ->
                            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return response.body().length();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletableFuture<HttpResponse<String>> start(TestingServer server, String id, String sql) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return server.send(
                        "v1/query",
                        request -> request.header("Content-Type", "application/sql")
                                .header("Query-Id", id)
                                .POST(BodyPublishers.ofString(sql)));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static JsonNode await(TestingServer server, String id, String state) throws Exception {
        while (true) {
            JsonNode query = JSON.readTree(server.get("v1/queries/" + id).body());
            if (query.at("/state").asText().equals(state)) {
                return query;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
