package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.testing.RecordCopy;
import java.io.IOException;
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

/** What the server says about its queries, how they are cancelled, and how many it takes at a time. */
@Timeout(60)
final class TestQueries {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Runs for minutes if nobody stops it: 120 tokens to the sixth. */
    private static final String ENDLESS =
            "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) "
                    + "FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f";

    @Test
    void cancelsByIdAndSaysSo(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            CompletableFuture<HttpResponse<String>> answer = start(server, "long-1", ENDLESS);
            JsonNode running = await(server, "long-1", "running");
            assertThat(running.at("/sql").textValue()).isEqualTo(ENDLESS);
            assertThat(running.at("/progress").isNumber()).isTrue();
            HttpResponse<String> cancelled = delete(server, "long-1");
            assertThat(cancelled.statusCode()).isEqualTo(202);
            HttpResponse<String> problem = answer.get(10, TimeUnit.SECONDS);
            assertThat(problem.statusCode()).isEqualTo(409);
            assertThat(JSON.readTree(problem.body()).at("/instance").textValue())
                    .isEqualTo("/v1/queries/long-1");
            assertThat(await(server, "long-1", "cancelled")
                            .at("/error/sqlState")
                            .textValue())
                    .isEqualTo("57014");
            assertThat(delete(server, "long-1").statusCode()).isEqualTo(202);
            assertThat(delete(server, "never-was").statusCode()).isEqualTo(404);
            assertThat(server.get("v1/queries/never-was").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void remembersWhatRan(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            server.query("SELECT * FROM experts LIMIT 5");
            server.query("SELECT nothing FROM experts");
            JsonNode list = JSON.readTree(server.get("v1/queries").body());
            assertThat(list.at("/running").intValue()).isZero();
            assertThat(list.at("/queries")).hasSize(2);
            JsonNode failed = list.at("/queries/0");
            assertThat(failed.at("/state").textValue()).isEqualTo("failed");
            assertThat(failed.at("/error/code").textValue()).isEqualTo("SQL_VALIDATION");
            JsonNode finished = list.at("/queries/1");
            assertThat(finished.at("/state").textValue()).isEqualTo("finished");
            assertThat(finished.at("/rows").intValue()).isEqualTo(5);
            assertThat(finished.at("/progress").intValue()).isEqualTo(1);
            assertThat(finished.at("/submittedAt").textValue()).endsWith("Z");
        }
    }

    @Test
    void letsOneQueryHaveAnId(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            CompletableFuture<HttpResponse<String>> first = start(server, "mine", ENDLESS);
            await(server, "mine", "running");
            assertThat(start(server, "mine", "SELECT 1").get().statusCode()).isEqualTo(409);
            assertThat(await(server, "mine", "running").at("/sql").textValue()).isEqualTo(ENDLESS);
            delete(server, "mine");
            first.get(10, TimeUnit.SECONDS);
            assertThat(start(server, "mine", "SELECT 1").get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void letsSomeWaitAndTurnsTheRestAway(@TempDir Path folder) throws Exception {
        QueryQuota quota = RecordCopy.of(QueryQuota.standard(), Map.of("concurrent", 1, "computing", 1, "queued", 1));
        try (TestingServer server = TestingServer.start(folder, quota)) {
            CompletableFuture<HttpResponse<String>> running = start(server, "running", ENDLESS);
            awaitLong(server, "running");
            CompletableFuture<HttpResponse<String>> waiting = start(server, "waiting", ENDLESS);
            await(server, "waiting", "queued");
            HttpResponse<String> refused = start(server, "refused", "SELECT 1").get();
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(refused.body()).contains("2 long queries run or wait, as many as this server takes.");
            delete(server, "running");
            running.get(10, TimeUnit.SECONDS);
            await(server, "waiting", "running");
            assertThat(start(server, "short", "SELECT 1").get().statusCode()).isEqualTo(200);
            delete(server, "waiting");
            assertThat(waiting.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
        }
    }

    @Test
    void cancelsAQueryThatWaits(@TempDir Path folder) throws Exception {
        QueryQuota quota = RecordCopy.of(QueryQuota.standard(), Map.of("computing", 1));
        try (TestingServer server = TestingServer.start(folder, quota)) {
            CompletableFuture<HttpResponse<String>> running = start(server, "running", ENDLESS);
            awaitLong(server, "running");
            CompletableFuture<HttpResponse<String>> waiting = start(server, "waiting", ENDLESS);
            await(server, "waiting", "queued");
            delete(server, "waiting");
            assertThat(waiting.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
            delete(server, "running");
            running.get(10, TimeUnit.SECONDS);
            assertThat(server.query("SELECT 1").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void letsNobodyWaitForEver(@TempDir Path folder) throws Exception {
        QueryQuota quota =
                RecordCopy.of(QueryQuota.standard(), Map.of("computing", 1, "patience", Duration.ofMillis(200)));
        try (TestingServer server = TestingServer.start(folder, quota)) {
            CompletableFuture<HttpResponse<String>> running = start(server, "running", ENDLESS);
            awaitLong(server, "running");
            CompletableFuture<HttpResponse<String>> late = start(server, "late", ENDLESS);
            // The late one comes first until it has computed for longer than that, and then one waits for the other.
            HttpResponse<String> refused =
                    running.applyToEither(late, response -> response).get(10, TimeUnit.SECONDS);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body())
                    .contains("has waited for 0.2 s, the limit of this server, which runs 1 such queries at a time");
            for (String id : List.of("running", "late")) {
                delete(server, id);
            }
            CompletableFuture.allOf(running, late).get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void tellsListenersOfEveryQuery(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder);
                EventClient events = EventClient.connect(server, "topics=query", "")) {
            start(server, "seen", "SELECT 1").get();
            List<String> states = new ArrayList<>();
            String last = "";
            while (!last.equals("finished")) {
                EventClient.Event event = events.next();
                assertThat(event.topic()).isEqualTo("query");
                assertThat(event.data().at("/queryId").textValue()).isEqualTo("seen");
                last = event.data().at("/state").textValue();
                states.add(last);
            }
            assertThat(states).startsWith("planning", "running").endsWith("finished");
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

    /** Waits until a query is known to take long, and has the turn if no other had it. */
    private static void awaitLong(TestingServer server, String id) throws Exception {
        while (JSON.readTree(server.get("v1/queries/" + id).body())
                        .at("/elapsedMs")
                        .asDouble()
                < 1500) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static HttpResponse<String> delete(TestingServer server, String id) throws Exception {
        return server.send("v1/queries/" + id, request -> request.DELETE());
    }
}
