package io.gatehouse.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.run.RunPlanner;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests in forms that a client may send, or that a proxy before this server would read otherwise. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TestRequestForms {
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
    void theFirstLineSaysTheMethod() throws Exception {
        save("kept", "SELECT 1");
        for (String method : List.of("DELETE", "PUT", "POST", "HEAD", "delete")) {
            String answer = exchange(request("GET", "/v1/saved/kept", "X-HTTP-Method-Override: " + method, ""));
            assertThat(answer).as(method).startsWith("HTTP/1.1 200 ").contains("\"kept\"");
        }
        assertThat(exchange(request("POST", "/v1/saved/kept", "X-HTTP-Method-Override: DELETE", "")))
                .startsWith("HTTP/1.1 405 ");
        assertThat(server.get("v1/saved/kept").statusCode()).isEqualTo(200);
    }

    /** Statuses and headers but the date and the length, which some formats do not tell. */
    @Test
    void headAnswersAsGetWithoutABody() throws Exception {
        List<String> addresses = new ArrayList<>(server.apiRoutes().stream()
                .filter(route -> route.startsWith("GET ") && !route.contains("{"))
                .map(route -> route.substring("GET ".length()))
                .filter(path -> !path.equals("/v1/events") && !path.equals("/v1/query"))
                .toList());
        addresses.addAll(List.of(
                "/v1/query?sql=SELECT%201",
                "/v1/query?sql=SELEKT",
                "/v1/query",
                "/v1/saved/none",
                "/v1/runs/none",
                "/v1/queries/none",
                "/nowhere",
                "/plain",
                "/"));
        for (String address : addresses) {
            String get = exchange(request("GET", address, "X: y", ""));
            String head = exchange(request("HEAD", address, "X: y", ""));
            assertThat(status(head)).as(address).isEqualTo(status(get));
            assertThat(headers(head)).as(address).isEqualTo(headers(get));
            assertThat(body(head)).as(address).isEmpty();
        }
        assertThat(exchange(request("HEAD", "/v1/events", "X: y", "")))
                .startsWith("HTTP/1.1 200 ")
                .contains("text/event-stream")
                .endsWith("\r\n\r\n");
    }

    @Test
    void aBodyThatCannotBeReadIsARefusal() throws Exception {
        Map<String, String> bodies = new LinkedHashMap<>();
        bodies.put("a size that overflows", "FFFFFFFFFFFFFFFFF\r\nSELECT 1\r\n0\r\n\r\n");
        bodies.put("a size below zero", "-12\r\nSELECT 1\r\n0\r\n\r\n");
        bodies.put("a size that is none", "xyz\r\nSELECT 1\r\n0\r\n\r\n");
        bodies.put("an endless extension", "8;" + "x".repeat(200_000) + "\r\nSELECT 1\r\n0\r\n\r\n");
        bodies.put("endless trailers", "8\r\nSELECT 1\r\n0\r\n" + "X: y\r\n".repeat(170_000) + "\r\n");
        bodies.put("a chunk without its end", "8\r\nSELECT 1XX0\r\n\r\n");
        for (Map.Entry<String, String> body : bodies.entrySet()) {
            assertRefused(body.getKey(), chunked(body.getValue()), false);
        }
        assertRefused("a chunk that is cut", chunked("100\r\nSELECT 1"), true);
        assertRefused("chunks without an end", chunked("8\r\nSELECT 1\r\n"), true);
        assertRefused(
                "a body that is cut",
                "POST /v1/query HTTP/1.1\r\nHost: %s\r\nContent-Type: application/sql\r\nContent-Length: 100\r\n\r\nSELECT 1"
                        .formatted(server.uri().getAuthority()),
                true);
        assertThat(server.query("SELECT 1").statusCode()).isEqualTo(200);
    }

    private void assertRefused(String what, String request, boolean halfClosed) throws IOException {
        String answer;
        try (Socket socket = server.connect()) {
            try {
                socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            } catch (IOException e) {
                // Refused before it was sent to its end.
            }
            if (halfClosed) {
                socket.shutdownOutput();
            }
            answer = received(socket);
        }
        assertThat(answer).as(what).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
        assertThat(answer).as(what).doesNotContain("INTERNAL_ERROR").contains("\"status\":400");
    }

    /** What came before the connection was broken off. */
    private static String received(Socket socket) {
        StringBuilder answer = new StringBuilder();
        byte[] buffer = new byte[8192];
        try {
            for (int read = socket.getInputStream().read(buffer); read >= 0; ) {
                answer.append(new String(buffer, 0, read, ISO_8859_1));
                read = socket.getInputStream().read(buffer);
            }
        } catch (IOException e) {
            return answer.toString();
        }
        return answer.toString();
    }

    @Test
    void otherFormsAreRefusedOrMeanTheSame() throws Exception {
        String own = server.uri().getAuthority();
        // An address is guarded and answered by one text, before it is decoded.
        Map<String, Integer> table = new LinkedHashMap<>();
        table.put(request("TRACE", "/v1/health", "X: y", ""), 405);
        table.put("CONNECT %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(own, own), 405);
        table.put("CONNECT evil.example:80 HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(own), 400);
        table.put(request("GET", "http://" + own + "/v1/health", "X: y", ""), 200);
        table.put(request("GET", "http://evil.example/v1/health", "X: y", ""), 400);
        table.put(request("GET", "/%76%31/health", "X: y", ""), 404);
        table.put(request("GET", "/v1/%68ealth", "X: y", ""), 404);
        table.put(request("GET", "/v1//health", "X: y", ""), 400);
        table.put(request("POST", "/v1/query", "Content-Length: 9\r\nContent-Type: application/sql", "SELECT 1"), 400);
        table.put(
                request("POST", "/v1/query", "Expect: 100-continue\r\nContent-Type: application/sql", "SELECT 1"), 200);
        table.put(request("POST", "/v1/query", "Content-Type: application/sql; charset=\"UTF-8\"", "SELECT 1"), 200);
        table.put(request("POST", "/v1/query", "Content-Type: application/sql; charset=latin1", "SELECT 1"), 415);
        table.put(request("POST", "/v1/query", "Content-Type: application/sql; charset=", "SELECT 1"), 415);
        table.put(request("POST", "/v1/query", "Content-Type: application/sql\r\nQuery-Id: a b", "SELECT 1"), 400);
        table.put(request("POST", "/v1/query", "Expect: 200-ok\r\nContent-Type: application/sql", "SELECT 1"), 417);
        Map<String, Integer> actual = new LinkedHashMap<>();
        for (String request : table.keySet()) {
            String answer = exchange(request).replace("HTTP/1.1 100 Continue\r\n\r\n", "");
            actual.put(request, answer.isEmpty() ? 0 : status(answer));
        }
        assertThat(actual).isEqualTo(table);
    }

    @Test
    void namesHaveAnEndAndControlNothing() throws Exception {
        assertThat(save("n".repeat(200), "SELECT 1")).isEqualTo(201);
        assertThat(save("日本/100 %", "SELECT 1")).isEqualTo(201);
        assertThat(save("n".repeat(201), "SELECT 1")).isEqualTo(400);
        for (String name : List.of("a%1Bb", "a%0Ab", "a%7Fb", "a%C2%9Bb", "a%E2%80%AEb", "%20")) {
            HttpResponse<String> refused = server.send(
                    "v1/saved/" + name,
                    request -> request.header("Content-Type", "application/json")
                            .PUT(BodyPublishers.ofString("{\"sql\":\"SELECT 1\"}")));
            assertThat(refused.statusCode()).as(name).isEqualTo(400);
            assertThat(refused.body()).as(name).doesNotContain("\u001b");
        }
    }

    @Test
    void descriptionsHaveAnEnd() throws Exception {
        assertThat(describe(10_000)).isEqualTo(201);
        assertThat(describe(10_001)).isEqualTo(400);
    }

    /** JSON can have half of a pair of surrogates, which was stored and compared as a question mark. */
    @Test
    void refusesTextsThatUtf8DoesNotHave() throws Exception {
        Map<String, String> places = Map.of(
                "{\"sql\": \"SELECT ? AS a, ? AS b\", \"parameters\": [1, \"x\\ud800\"]}",
                "The body has U+D800, half of a pair of surrogates, which is not text, in \\\"parameters[1]\\\".",
                "{\"sql\": \"SELECT '\\udc00'\"}",
                "The body has U+DC00, half of a pair of surrogates, which is not text, in \\\"sql\\\".",
                "{\"sql\": \"SELECT 1\", \"a\\ud800\": {\"b\": 1}}",
                "The body is not JSON: Broken surrogate pair in field name");
        for (Map.Entry<String, String> place : places.entrySet()) {
            HttpResponse<String> answer = server.queryJson(place.getKey());
            assertThat(answer.statusCode()).as(place.getKey()).isEqualTo(400);
            assertThat(answer.body()).contains(place.getValue());
        }
        String message =
                "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/call\", \"params\": {\"name\": \"query\", \"arguments\": {\"sql\": \"\\ud800\"}}}";
        assertThat(server.post("mcp", message).body())
                .contains("The message has U+D800", "in \\\"params.arguments.sql\\\"");
        String address = "v1/query?sql=SELECT%20CAST(%3F%20AS%20VARCHAR)%20AS%20a&parameters=%5B%22%5Cud83d%22%5D";
        assertThat(server.get(address).statusCode()).isEqualTo(400);
        assertThat(server.get(address).body()).contains("The parameter \\\"parameters\\\" has U+D83D");
        // A whole pair is text.
        assertThat(server.queryJson("{\"sql\": \"SELECT ? AS a\", \"parameters\": [\"\\ud83d\\ude00\"]}")
                        .body())
                .contains("\\uD83D\\uDE00");
    }

    private int describe(int characters) throws Exception {
        String body =
                new ObjectMapper().writeValueAsString(Map.of("sql", "SELECT 1", "description", "d".repeat(characters)));
        return server.send(
                        "v1/saved/described",
                        request -> request.header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString(body)))
                .statusCode();
    }

    /** An error of Java, such as a library that is missing, is answered as any defect is. */
    @Test
    void errorsOfJavaAreProblemDocuments(@TempDir Path folder) throws Exception {
        RunPlanner missing = request -> {
            throw new NoClassDefFoundError("a/Library");
        };
        try (TestingServer planning = TestingServer.startPlanning(folder, missing)) {
            HttpResponse<String> answer =
                    planning.post("v1/runs", "{\"model\":\"model\",\"quiz\":\"quiz\",\"name\":\"n\"}");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(answer.body()).contains("INTERNAL_ERROR").doesNotContain("Library");
        }
    }

    private int save(String name, String sql) throws Exception {
        String path = java.net.URLEncoder.encode(name, UTF_8).replace("+", "%20");
        String body = new ObjectMapper().writeValueAsString(Map.of("sql", sql));
        return server.send(
                        "v1/saved/" + path,
                        request -> request.header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString(body)))
                .statusCode();
    }

    private String exchange(String request) throws IOException {
        return server.exchange(request);
    }

    private static int status(String answer) {
        return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
    }

    private static Map<String, String> headers(String answer) {
        Map<String, String> headers = new LinkedHashMap<>();
        answer.substring(0, answer.indexOf("\r\n\r\n")).lines().skip(1).forEach(line -> {
            String name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
            if (!List.of("date", "content-length", "transfer-encoding", "query-id")
                    .contains(name)) {
                headers.put(name, line);
            }
        });
        return headers;
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private String request(String method, String target, String headers, String body) {
        return "%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(method, target, server.uri().getAuthority(), headers, body.length(), body);
    }

    private String chunked(String body) {
        return "POST /v1/query HTTP/1.1\r\nHost: %s\r\nContent-Type: application/sql\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%s"
                .formatted(server.uri().getAuthority(), body);
    }
}
