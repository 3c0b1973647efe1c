package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.testing.RecordCopy;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The table of requests that must be refused, each with the status that refuses it; afterwards the server still serves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TestHostileRequests {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
    private static final String SELECT = "SELECT 1";

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
    void refusesWhatOtherPagesAndNamesSend() throws Exception {
        String own = server.uri().getAuthority();
        Map<String, Integer> table = new LinkedHashMap<>();
        table.put(get("/v1/health", "Host: evil.example"), 403);
        table.put(get("/v1/health", "Host: evil.example:" + server.uri().getPort()), 403);
        table.put(get("/v1/health", "Host: " + own + ".evil.example"), 400);
        table.put(
                get("/v1/health", "Host: 127.0.0.1.evil.example:" + server.uri().getPort()), 403);
        table.put(get("/v1/health", "Host: localhost:1"), 403);
        table.put(get("/v1/health", "X-Host: " + own), 400);
        table.put(get("/v1/health", "Host: " + own + "\r\nHost: evil.example"), 400);
        table.put(post("Origin: http://evil.example"), 403);
        table.put(post("Origin: null"), 403);
        table.put(post("Origin: https://" + own), 403);
        table.put(post("Sec-Fetch-Site: cross-site"), 403);
        table.put(post("Sec-Fetch-Site: same-site"), 403);
        table.put(get("/v1/query?sql=SELECT%201", "Host: " + own + "\r\nSec-Fetch-Site: cross-site"), 403);
        table.put(get("/v1/events", "Host: " + own + "\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors"), 403);
        table.put(request("OPTIONS", "/v1/query", "Origin: http://evil.example", ""), 403);
        table.put(request("OPTIONS", "/v1/query", "Access-Control-Request-Method: POST", ""), 405);
        table.put(request("POST", "/v1/query", "Content-Type: text/plain", SELECT), 415);
        table.put(request("POST", "/v1/query", "Content-Type: application/x-www-form-urlencoded", "sql=1"), 415);
        table.put(request("POST", "/v1/query", "Content-Type: multipart/form-data; boundary=x", SELECT), 415);
        table.put(request("POST", "/v1/query", "X: y", SELECT), 415);
        table.put(request("POST", "/v1/runs", "Content-Type: text/plain", "{}"), 415);
        table.put(request("PUT", "/v1/saved/x", "Content-Type: text/plain", "{\"sql\":\"SELECT 1\"}"), 415);
        table.put(request("POST", "/v1/check", "Content-Type: text/plain", "{\"sql\":\"SELECT 1\"}"), 415);
        assertRefused(table);
    }

    @Test
    void refusesWhatIsTooLarge() throws Exception {
        Map<String, Integer> table = new LinkedHashMap<>();
        String large = "SELECT 1 -- " + "x".repeat(1_000_001);
        table.put(request("POST", "/v1/query", "Content-Type: application/sql", large), 413);
        table.put(chunked(large), 413);
        table.put(
                request("POST", "/v1/query", "Content-Type: application/sql", "SELECT '" + "x".repeat(100_001) + "'"),
                413);
        table.put(get("/v1/health", "Host: " + server.uri().getAuthority() + "\r\nX: " + "x".repeat(10_000)), 431);
        table.put(
                get("/v1/health?" + "x".repeat(10_000), "Host: " + server.uri().getAuthority()), 414);
        assertRefused(table);
    }

    @Test
    void refusesWhatIsMalformed() throws Exception {
        String own = "Host: " + server.uri().getAuthority();
        Map<String, Integer> table = new LinkedHashMap<>();
        table.put("NONSENSE\r\n\r\n", 400);
        table.put("GET /v1/health HTTP/9.9\r\n" + own + "\r\nConnection: close\r\n\r\n", 505);
        table.put(get("/v1/../v1/health", own), 404);
        table.put(get("/assets/..%2findex.html", own), 404);
        table.put(get("/assets/%2e%2e/index.html", own), 400);
        table.put(get("/v1/queries/%zz", own), 400);
        table.put(get("/v1/queries/%00", own), 400);
        table.put(get("/v1/query?sql=%zz", own), 400);
        table.put(get("/v1/query?sql=%ff%fe", own), 400);
        table.put(get("/v1/health", own + "\r\nX\u0000Y: z"), 400);
        table.put(get("/v1/health", own + "\r\n folded"), 400);
        table.put(request("POST", "/v1/query", "Content-Type: application/sql\r\nContent-Length: 5", SELECT), 400);
        table.put(request("POST", "/v1/query", "Transfer-Encoding: chunked", SELECT), 400);
        table.put(
                request("POST", "/v1/query", "Content-Type: application/json", "{\"sql\":\"SELECT 1\",\"sql\":\"x\"}"),
                400);
        table.put(request("POST", "/v1/query", "Content-Type: application/json", "[".repeat(100_000)), 400);
        table.put(
                request(
                        "POST",
                        "/v1/query",
                        "Content-Type: application/json",
                        "{\"sql\":\"SELECT 1\",\"limit\":1e999999999}"),
                400);
        table.put(request("POST", "/v1/query", "Content-Type: application/sql", "SELECT '\u0000'"), 400);
        table.put(request("TRACE", "/v1/query", "X: y", ""), 405);
        table.put(request("BREW", "/v1/query", "X: y", ""), 405);
        table.put(request("DELETE", "/v1/health", "X: y", ""), 405);
        assertRefused(table);
    }

    @Test
    void refusesSqlThatIsMoreThanAQuestion() throws Exception {
        Map<String, ErrorCode> table = new LinkedHashMap<>();
        table.put("DROP TABLE runs", ErrorCode.SQL_READ_ONLY);
        table.put("DELETE FROM runs", ErrorCode.SQL_READ_ONLY);
        table.put("ATTACH '/tmp/x.duckdb'", ErrorCode.SQL_READ_ONLY);
        table.put("COPY runs TO '/tmp/x.csv'", ErrorCode.SQL_READ_ONLY);
        table.put("SET threads = 1", ErrorCode.SQL_READ_ONLY);
        table.put("SELECT 1; SELECT 2", ErrorCode.SQL_NOT_SUPPORTED);
        table.put("SELECT * FROM read_csv('/etc/passwd')", ErrorCode.SQL_NOT_SUPPORTED);
        table.put("SELECT * FROM '/etc/passwd'", ErrorCode.SQL_NOT_SUPPORTED);
        table.put("SELECT getenv('HOME')", ErrorCode.SQL_NOT_SUPPORTED);
        table.put("PRAGMA database_list", ErrorCode.SQL_NOT_SUPPORTED);
        table.put("SELECT repeat('x', 4000000000)", ErrorCode.SQL_NOT_SUPPORTED);
        table.put("SELECT * FROM saved_queries", ErrorCode.SQL_VALIDATION);
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> actual = new TreeMap<>();
        for (Map.Entry<String, ErrorCode> row : table.entrySet()) {
            HttpResponse<String> response = server.query(row.getKey());
            expected.put(row.getKey(), row.getValue() + " " + row.getValue().httpStatus());
            String code =
                    new ObjectMapper().readTree(response.body()).path("code").asText();
            actual.put(row.getKey(), code + " " + response.statusCode());
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void wantsATokenWhereThereIsOne(@TempDir Path folder) throws Exception {
        String token = "correct-horse-battery-staple";
        AccessSettings access = new AccessSettings(Optional.of(token), Optional.empty(), false, List.of());
        try (TestingServer guarded =
                TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("access", access)))) {
            for (String path : new String[] {"v1/health", "v1/schema", "v1/runs", "v1/events", "metrics", "plain"}) {
                HttpResponse<String> none = guarded.get(path);
                assertThat(none.statusCode()).as(path).isEqualTo(401);
                assertThat(none.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"gatehouse\"");
            }
            assertThat(guarded.get("instance").statusCode()).isEqualTo(200);
            assertThat(ServerFile.find(folder.resolve("seeded.duckdb")))
                    .as("the owner finds the server")
                    .isPresent();
            assertThat(guarded.get("v1/health?token=" + token).statusCode()).isEqualTo(401);
            assertThat(authorized(guarded, "Bearer " + token.substring(1)).statusCode())
                    .isEqualTo(401);
            assertThat(authorized(guarded, "Bearer " + token + "x").statusCode())
                    .isEqualTo(401);
            assertThat(authorized(guarded, "Basic " + token).statusCode()).isEqualTo(401);
            assertThat(authorized(guarded, "Bearer").statusCode()).isEqualTo(401);
            HttpResponse<String> right = authorized(guarded, "Bearer " + token);
            assertThat(right.statusCode()).isEqualTo(200);
            assertThat(right.body()).doesNotContain(token);
        }
    }

    @Test
    void takesAWrongTokenForNone() throws Exception {
        assertThat(authorized(server, "Bearer guess").statusCode()).isEqualTo(401);
    }

    private static HttpResponse<String> authorized(TestingServer target, String value) throws Exception {
        return target.send("v1/health", request -> request.header("Authorization", value));
    }

    /** Every row in one go, so that a change of behaviour shows whole. */
    private void assertRefused(Map<String, Integer> table) throws Exception {
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> actual = new TreeMap<>();
        for (Map.Entry<String, Integer> row : table.entrySet()) {
            String answer = server.exchange(row.getKey());
            Matcher status = STATUS.matcher(answer);
            String name =
                    row.getKey().length() <= 160 ? row.getKey() : row.getKey().substring(0, 160);
            expected.put(name, row.getValue().toString());
            actual.put(name, status.lookingAt() ? status.group(1) : "no answer: " + answer);
            assertThat(answer)
                    .doesNotContain("Jetty")
                    .doesNotContain("\tat ")
                    .doesNotContainIgnoringCase("access-control-");
        }
        assertThat(actual).containsExactlyInAnyOrderEntriesOf(expected);
        assertThat(server.query(SELECT).statusCode()).isEqualTo(200);
    }

    private String post(String header) {
        return request("POST", "/v1/query", "Content-Type: application/sql\r\n" + header, SELECT);
    }

    private String get(String path, String headers) {
        return "GET " + path + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n";
    }

    private String request(String method, String path, String headers, String body) {
        return "%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(method, path, server.uri().getAuthority(), headers, body.length(), body);
    }

    private String chunked(String body) {
        return "POST /v1/query HTTP/1.1\r\nHost: %s\r\nContent-Type: application/sql\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
                .formatted(server.uri().getAuthority(), body.length(), body);
    }
}
