package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP API over a real socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestGatehouseServer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestingServer server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = TestingServer.start(folder);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void answersAQueryInJson() throws Exception {
        HttpResponse<String> response = server.queryJson(
                "{\"sql\": \"SELECT subject, count(*) AS n FROM questions GROUP BY subject ORDER BY 1\"}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode answer = JSON.readTree(response.body());
        assertThat(answer.at("/columns").toString())
                .isEqualTo("[{\"name\":\"subject\",\"type\":\"VARCHAR\"},{\"name\":\"n\",\"type\":\"BIGINT\"}]");
        assertThat(answer.at("/rows").toString()).isEqualTo("[[\"arithmetic\",8],[\"colours\",8],[\"spelling\",8]]");
        assertThat(answer.at("/rowCount").intValue()).isEqualTo(3);
        assertThat(answer.at("/limit").intValue()).isEqualTo(10_000);
        assertThat(answer.at("/truncated").booleanValue()).isFalse();
        assertThat(answer.at("/elapsedMs").doubleValue()).isPositive();
        assertThat(response.headers().firstValue("Query-Id"))
                .hasValue(answer.at("/queryId").textValue());
    }

    @Test
    void takesSqlAsItIs() throws Exception {
        HttpResponse<String> response = server.query("SELECT 'naïve 日本 \"quoted\"' AS t");
        assertThat(JSON.readTree(response.body()).at("/rows/0/0").textValue()).isEqualTo("naïve 日本 \"quoted\"");
    }

    @Test
    void echoesTheClientsQueryId() throws Exception {
        HttpResponse<String> response = server.send(
                "v1/query",
                request -> request.header("Content-Type", "application/sql")
                        .header("Query-Id", "mine-7")
                        .POST(BodyPublishers.ofString("SELECT 1")));
        assertThat(response.headers().firstValue("Query-Id")).hasValue("mine-7");
        assertThat(JSON.readTree(response.body()).at("/queryId").textValue()).isEqualTo("mine-7");
    }

    @Test
    void keepsEveryDigitOfANumber() throws Exception {
        HttpResponse<String> response = server.query("""
                SELECT
                  CAST(9007199254740992 AS BIGINT), CAST(9007199254740993 AS BIGINT),
                  CAST(1.50 AS DECIMAL(10, 2)), CAST('NaN' AS DOUBLE), CAST('-Infinity' AS DOUBLE),
                  CAST(0.1 AS FLOAT), NULL, TRUE, DATE '2026-11-24', TIMESTAMP '2026-11-24 10:00:00'
                """);
        assertThat(JSON.readTree(response.body()).at("/rows/0").toString())
                .isEqualTo("[9007199254740992,\"9007199254740993\",\"1.50\",\"NaN\",\"-Infinity\",0.1,null,true,"
                        + "\"2026-11-24\",\"2026-11-24T10:00:00\"]");
    }

    @Test
    void writesListsAsArrays() throws Exception {
        HttpResponse<String> response = server.query("SELECT choices FROM questions ORDER BY question_id LIMIT 1");
        assertThat(JSON.readTree(response.body()).at("/rows/0/0").toString())
                .isEqualTo("[\"one\",\"two\",\"three\",\"four\"]");
    }

    @Test
    void cutsAtTheLimitAndSaysSo() throws Exception {
        JsonNode answer = JSON.readTree(server.queryJson("{\"sql\": \"SELECT * FROM tokens\", \"limit\": 7}")
                .body());
        assertThat(answer.at("/rows")).hasSize(7);
        assertThat(answer.at("/rowCount").intValue()).isEqualTo(7);
        assertThat(answer.at("/limit").intValue()).isEqualTo(7);
        assertThat(answer.at("/truncated").booleanValue()).isTrue();
    }

    @Test
    void isNotTruncatedAtExactlyTheLimit() throws Exception {
        JsonNode answer = JSON.readTree(server.queryJson("{\"sql\": \"SELECT * FROM questions\", \"limit\": 24}")
                .body());
        assertThat(answer.at("/rowCount").intValue()).isEqualTo(SeededFile.QUESTIONS);
        assertThat(answer.at("/truncated").booleanValue()).isFalse();
    }

    @Test
    void answersAnEmptyResult() throws Exception {
        JsonNode answer = JSON.readTree(
                server.query("SELECT * FROM runs WHERE run_id = 99").body());
        assertThat(answer.at("/rows")).isEmpty();
        assertThat(answer.at("/columns")).isNotEmpty();
    }

    @Test
    void pointsAtTheErrorInTheText() throws Exception {
        HttpResponse<String> response = server.query("SELECT expert\nFROM experts\nWHERE layr = 1");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.at("/type").textValue()).isEqualTo("/problems/sql-validation");
        assertThat(problem.at("/title").textValue()).isEqualTo("SQL validation error");
        assertThat(problem.at("/status").intValue()).isEqualTo(400);
        assertThat(problem.at("/code").textValue()).isEqualTo("SQL_VALIDATION");
        assertThat(problem.at("/sqlState").textValue()).isEqualTo(ErrorCode.SQL_VALIDATION.sqlState());
        assertThat(problem.at("/detail").textValue()).contains("layr");
        assertThat(problem.at("/position").toString())
                .isEqualTo("{\"line\":3,\"column\":7,\"endLine\":3,\"endColumn\":10,\"offset\":33}");
        assertThat(problem.at("/queryId").textValue())
                .isEqualTo(response.headers().firstValue("Query-Id").orElseThrow());
    }

    @Test
    void tellsSyntaxFromValidation() throws Exception {
        HttpResponse<String> response = server.query("SELECT FROM WHERE");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).at("/code").textValue()).isEqualTo("SQL_SYNTAX");
    }

    @Test
    void namesWhatIsWrongWithTheBody() throws Exception {
        assertProblem(server.queryJson("{\"sql\": "), 400, "The body is not JSON");
        assertProblem(server.queryJson("[1]"), 400, "not a JSON object");
        assertProblem(server.queryJson("{}"), 400, "The request has no \"sql\".");
        assertProblem(server.queryJson("{\"sql\": 1}"), 400, "must be a string, but is 1");
        assertProblem(server.queryJson("{\"sql\": \"SELECT 1\", \"limitt\": 2}"), 400, "field \"limitt\"");
        assertProblem(server.queryJson("{\"sql\": \"SELECT 1\", \"limit\": 0}"), 400, "1 or more, but is 0");
        assertProblem(server.queryJson("{\"sql\": \"SELECT 1\", \"limit\": 1.5}"), 400, "whole number, but is 1.5");
        assertProblem(server.query(" \n "), 400, "no SQL");
    }

    @Test
    void refusesBodiesThatAnyPageCouldSend() throws Exception {
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
            HttpResponse<String> response = server.send(
                    "v1/query",
                    request -> request.header("Content-Type", type).POST(BodyPublishers.ofString("SELECT 1")));
            assertProblem(response, 415, "application/sql");
        }
        HttpResponse<String> untyped =
                server.send("v1/query", request -> request.POST(BodyPublishers.ofString("SELECT 1")));
        assertProblem(untyped, 415, "application/sql");
    }

    @Test
    void refusesTooLargeABody() throws Exception {
        String large = "SELECT 1 -- " + "x".repeat(HttpLimits.standard().bodyBytes());
        assertProblem(server.query(large), 413, "larger than 1000000 bytes");
        HttpResponse<String> chunked = server.send(
                "v1/query",
                request -> request.header("Content-Type", "application/sql")
                        .POST(BodyPublishers.ofByteArrays(IntStream.range(0, 20)
                                .mapToObj(i -> new byte[100_000])
                                .toList())));
        assertProblem(chunked, 413, "larger than 1000000 bytes");
    }

    @Test
    void refusesTooLargeHeaders() throws Exception {
        HttpResponse<String> response =
                server.send("v1/health", request -> request.header("X-Long", "x".repeat(10_000)));
        assertThat(response.statusCode()).isEqualTo(431);
    }

    @Test
    void refusesAHostThatIsNotThisServer() throws Exception {
        int port = server.uri().getPort();
        for (String host : new String[] {
            "evil.example:" + port, "evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:" + port
        }) {
            String answer =
                    server.exchange("GET /v1/health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(host).startsWith("HTTP/1.1 403 ").contains("does not name this server");
        }
        for (String host :
                new String[] {"localhost:" + port, "127.0.0.1:" + port, "LOCALHOST:" + port, "[::1]:" + port}) {
            String answer =
                    server.exchange("GET /v1/health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(host).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void refusesRequestsOfOtherSites() throws Exception {
        assertProblem(queryWith("Origin", "http://evil.example"), 403, "evil.example");
        assertProblem(queryWith("Origin", "null"), 403, "null");
        assertProblem(queryWith("Origin", "http://localhost:1"), 403, "localhost:1");
        assertProblem(queryWith("Sec-Fetch-Site", "cross-site"), 403, "cross-site");
        assertProblem(queryWith("Sec-Fetch-Site", "same-site"), 403, "same-site");
        assertThat(queryWith("Sec-Fetch-Site", "same-origin").statusCode()).isEqualTo(200);
        assertThat(queryWith("Origin", "http://127.0.0.1:" + server.uri().getPort())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void letsALinkOpenAPageButNotData() throws Exception {
        assertThat(followLink("").statusCode()).isEqualTo(200);
        assertThat(followLink("plain").statusCode()).isEqualTo(200);
        assertThat(followLink("v1/health").statusCode()).isEqualTo(403);
    }

    @Test
    void offersNothingToOtherOrigins() throws Exception {
        HttpResponse<String> response = server.get("v1/health");
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        assertThat(server.send("v1/query", request -> request.method("OPTIONS", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void sendsSecurityHeadersWithEveryAnswer() throws Exception {
        for (String path : new String[] {"", "v1/health", "v1/schema", "nothing-here"}) {
            HttpResponse<String> response = server.get(path);
            assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(header(response, "X-Frame-Options")).isEqualTo("DENY");
            assertThat(header(response, "Content-Security-Policy"))
                    .startsWith("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:");
            assertThat(response.headers().map()).doesNotContainKey("server");
        }
        assertThat(header(server.query("SELECT 1"), "Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void tellsWhatItServes() throws Exception {
        JsonNode health = JSON.readTree(server.get("v1/health").body());
        assertThat(health.at("/status").textValue()).isEqualTo("ok");
        assertThat(health.at("/version").textValue()).isEqualTo("test");
        assertThat(health.at("/database").textValue()).isEqualTo("seeded.duckdb");
        assertThat(health.at("/databaseBytes").longValue()).isPositive();
        assertThat(health.at("/runs").intValue()).isEqualTo(1);
        assertThat(health.at("/runningQueries").intValue()).isZero();
        assertThat(health.at("/limits/querySeconds").doubleValue()).isEqualTo(60);
    }

    @Test
    void saysWhatIsNotThere() throws Exception {
        assertProblem(server.get("v1/nothing"), 404, "nothing at this address");
        HttpResponse<String> otherMethod = server.send("v1/query", request -> request.DELETE());
        assertProblem(otherMethod, 405, "This address takes GET, POST only.");
        assertThat(header(otherMethod, "Allow")).isEqualTo("GET, POST");
        assertProblem(server.get("v1/query"), 400, "The request has no \"sql\".");
        assertProblem(server.get("assets/..%2Findex.html"), 404, "There is no");
        assertProblem(server.get("assets/nothing.js"), 404, "There is no");
    }

    @Test
    void answersAMalformedRequestWithoutAPage() throws Exception {
        String answer = server.exchange("NONSENSE\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json")
                .doesNotContain("Jetty");
    }

    @Test
    void refusesAPortThatIsTaken() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ListenAddress taken = new ListenAddress("127.0.0.1", other.getLocalPort());
            assertRefused(
                    () -> GatehouseServer.start(
                            server.store(), server.engine(), ServerSettings.standard(taken, "test"), RunPlanner.NONE),
                    ErrorCode.ADDRESS_IN_USE,
                    "Cannot listen at 127.0.0.1:%d: Address already in use".formatted(other.getLocalPort()));
        }
    }

    private HttpResponse<String> queryWith(String header, String value) throws Exception {
        return server.send(
                "v1/query",
                request -> request.header("Content-Type", "application/sql")
                        .header(header, value)
                        .POST(BodyPublishers.ofString("SELECT 1")));
    }

    private HttpResponse<String> followLink(String path) throws Exception {
        return server.send(
                path, request -> request.header("Sec-Fetch-Site", "cross-site").header("Sec-Fetch-Mode", "navigate"));
    }

    private static void assertProblem(HttpResponse<String> response, int status, String detail) throws IOException {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.at("/status").intValue()).isEqualTo(status);
        assertThat(problem.at("/detail").textValue()).contains(detail);
        assertThat(response.body()).doesNotContain("\tat ").doesNotContain("Exception");
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
