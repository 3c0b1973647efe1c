package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.gatehouse.study.Part;
import io.gatehouse.testing.RecordCopy;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The Model Context Protocol over HTTP, message by message. A real client is asked in TestMcpClient. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestMcp {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";

    /** Status, code of the error or ok, headers, message. */
    private static final String MESSAGES = """
            200 | ok     | | {"jsonrpc":"2.0","id":1,"method":"ping"}
            200 | ok     | | {"jsonrpc":"2.0","id":"a","method":"tools/list"}
            200 | ok     | MCP-Protocol-Version: 2025-06-18 | {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            200 | ok     | MCP-Protocol-Version: 2025-11-25 | {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            200 | -32601 | | {"jsonrpc":"2.0","id":1,"method":"resources/list"}
            200 | -32602 | | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drop","arguments":{}}}
            202 | none   | | {"jsonrpc":"2.0","method":"notifications/initialized"}
            202 | none   | | {"jsonrpc":"2.0","id":1,"result":{}}
            400 | -32700 | | {"jsonrpc"
            400 | -32700 | | {} {}
            400 | -32600 | | {}
            400 | -32600 | | 7
            400 | -32600 | | [{"jsonrpc":"2.0","id":1,"method":"ping"}]
            400 | -32600 | | {"jsonrpc":"1.0","id":1,"method":"ping"}
            400 | -32600 | | {"jsonrpc":"2.0","id":null,"method":"ping"}
            400 | -32600 | | {"jsonrpc":"2.0","id":1.5,"method":"ping"}
            400 | -32022 | MCP-Protocol-Version: 1999-01-01 | {"jsonrpc":"2.0","id":1,"method":"ping"}
            400 | -32020 | MCP-Protocol-Version: 2026-07-28 | {"jsonrpc":"2.0","id":1,"method":"ping"}
            200 | ok     | MCP-Protocol-Version: 2026-07-28; Mcp-Method: server/discover | {"jsonrpc":"2.0","id":1,"method":"server/discover","params":{META}}
            200 | ok     | MCP-Protocol-Version: 2026-07-28; Mcp-Method: tools/list | {"jsonrpc":"2.0","id":1,"method":"tools/list","params":{META}}
            404 | -32601 | MCP-Protocol-Version: 2026-07-28; Mcp-Method: ping | {"jsonrpc":"2.0","id":1,"method":"ping","params":{META}}
            404 | -32601 | MCP-Protocol-Version: 2026-07-28; Mcp-Method: initialize | {"jsonrpc":"2.0","id":1,"method":"initialize","params":{META}}
            200 | -32601 | | {"jsonrpc":"2.0","id":1,"method":"server/discover"}
            400 | -32020 | | {"jsonrpc":"2.0","id":1,"method":"tools/list","params":{META}}
            400 | -32020 | MCP-Protocol-Version: 2026-07-28 | {"jsonrpc":"2.0","id":1,"method":"tools/list","params":{META}}
            400 | -32020 | MCP-Protocol-Version: 2026-07-28; Mcp-Method: ping | {"jsonrpc":"2.0","id":1,"method":"tools/list","params":{META}}
            400 | -32020 | MCP-Protocol-Version: 2026-07-28; Mcp-Method: tools/call; Mcp-Name: study | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"examples",META}}
            200 | ok     | MCP-Protocol-Version: 2026-07-28; Mcp-Method: tools/call; Mcp-Name: examples | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"examples",META}}
            200 | ok     | MCP-Protocol-Version: 2026-07-28; Mcp-Method: tools/call; Mcp-Name: =?base64?ZXhhbXBsZXM=?= | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"examples",META}}
            400 | -32022 | MCP-Protocol-Version: 2099-01-01; Mcp-Method: ping | {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"}}}
            400 | -32602 | MCP-Protocol-Version: 2026-07-28; Mcp-Method: tools/list | {"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}
            """;

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
    void eachMessageHasItsAnswer() throws Exception {
        for (String line : MESSAGES.lines().toList()) {
            String[] parts = line.split(" *\\| *", 4);
            HttpResponse<String> response = send(parts[3].replace("META", META), parts[2]);
            assertThat(response.statusCode())
                    .as("%s%n%s", line, response.body())
                    .isEqualTo(Integer.parseInt(parts[0]));
            if (parts[1].equals("none")) {
                assertThat(response.body()).isEmpty();
                continue;
            }
            JsonNode answer = JSON.readTree(response.body());
            assertThat(answer.path("jsonrpc").asText()).isEqualTo("2.0");
            assertThat(answer.has("id")).isTrue();
            if (parts[1].equals("ok")) {
                assertThat(answer.has("result"))
                        .as("%s%n%s", line, response.body())
                        .isTrue();
                boolean stateless = parts[2].contains("2026");
                assertThat(answer.path("result").path("resultType").asText()).isEqualTo(stateless ? "complete" : "");
            } else {
                assertThat(answer.path("error").path("code").asText()).as(line).isEqualTo(parts[1]);
                assertThat(answer.path("error").path("message").asText()).endsWith(".");
            }
        }
    }

    @Test
    void theHandshakeAgreesOnAVersion() throws Exception {
        for (String[] versions :
                new String[][] {{"2025-06-18", "2025-06-18"}, {"2025-11-25", "2025-11-25"}, {"2024-11-05", "2025-11-25"}
                }) {
            JsonNode result = result("initialize", "{\"protocolVersion\":\"%s\"}".formatted(versions[0]));
            assertThat(result.path("protocolVersion").asText()).isEqualTo(versions[1]);
            assertThat(result.path("serverInfo").path("name").asText()).isEqualTo("gatehouse");
            assertThat(result.path("capabilities").has("tools")).isTrue();
            assertThat(result.path("instructions").asText()).contains("scope");
        }
    }

    @Test
    void queriesReturnWhatTheApiReturns() throws Exception {
        for (String sql : List.of(
                "SELECT run_id, name, started_at FROM runs",
                "SELECT 9007199254740993 AS big, 1.50 AS exact, CAST('NaN' AS DOUBLE) AS nan, 0.1 AS tenth, NULL AS nothing",
                "SELECT layer, experts, weights FROM token_routing ORDER BY question_id, position, layer LIMIT 5",
                "SELECT 1 AS x, 2 AS x WHERE FALSE")) {
            JsonNode api = JSON.readTree(server.query(sql).body());
            JsonNode tool = call("query", JSON.createObjectNode().put("sql", sql));
            for (String field : List.of("columns", "rows", "rowCount", "truncated")) {
                assertThat(tool.path("structuredContent").path(field)).as(sql).isEqualTo(api.path(field));
            }
            assertThat(JSON.readTree(tool.path("content").path(0).path("text").asText()))
                    .isEqualTo(tool.path("structuredContent"));
        }
        JsonNode counted = call("query", JSON.createObjectNode().put("sql", "FROM tokens"));
        assertThat(counted.path("structuredContent").path("rowCount").asInt()).isEqualTo(100);
        assertThat(counted.path("structuredContent").path("truncated").asBoolean())
                .isTrue();
        ObjectNode bound = JSON.createObjectNode().put("sql", "SELECT ? AS x").put("limit", 5);
        bound.putArray("parameters").add("text");
        assertThat(call("query", bound).path("structuredContent").path("rows").toString())
                .isEqualTo("[[\"text\"]]");
        ObjectNode named = JSON.createObjectNode().put("sql", "SELECT :a || :a AS x");
        named.putObject("parameters").put("a", "text");
        assertThat(call("query", named).path("structuredContent").path("rows").toString())
                .isEqualTo("[[\"texttext\"]]");
    }

    @Test
    void refusalsAreThoseOfTheApi() throws Exception {
        for (String sql : List.of(
                "SELEC 1",
                "SELECT layr FROM experts",
                "DELETE FROM runs",
                "SELECT * FROM read_csv('/etc/passwd')",
                "SELECT CAST(name AS INTEGER) FROM runs",
                "SELECT name FROM runs WHERE run_id = ?",
                "SELECT name FROM runs WHERE run_id = :run")) {
            JsonNode problem = JSON.readTree(server.query(sql).body());
            JsonNode tool = call("query", JSON.createObjectNode().put("sql", sql));
            assertThat(tool.path("isError").asBoolean()).as(sql).isTrue();
            assertThat(tool.has("structuredContent")).isFalse();
            assertThat(tool.path("content").path(0).path("text").asText())
                    .as(sql)
                    .startsWith(problem.path("code").asText() + ": "
                            + problem.path("detail").asText());
        }
    }

    @Test
    void argumentsAndAnswersAreLimited() throws Exception {
        assertThat(error("query", "{}")).contains("INVALID_ARGUMENT", "\"sql\"");
        assertThat(error("query", "{\"sql\":\"SELECT 1\",\"limit\":10001}"))
                .contains("The limit must be 1 to 10,000, but is 10001.");
        assertThat(error("query", "{\"sql\":\"SELECT 1\",\"timeout\":0}")).contains("timeout");
        assertThat(error("query", "{\"sql\":\"SELECT 1\",\"file\":\"x\"}"))
                .contains(
                        "The tool query has no argument \"file\"; it may have \"limit\", \"parameters\", \"sql\", \"timeout\".");
        assertThat(error("query", "7")).contains("The arguments must be an object, but are 7.");
        assertThat(error("describe", "{\"name\":\"layer_lod\"}")).contains("did you mean layer_load?");
        assertThat(error("study", "{\"run\":\"none\"}")).isEqualTo("RUN_NOT_FOUND: There is no run named \"none\".");
        assertThat(error("query", "{\"sql\":\"SELECT repeat('x', 10000) AS text FROM tokens\",\"limit\":200}"))
                .startsWith("RESULT_TOO_LARGE: The answer is larger than the limit of 1,000,000 bytes of a tool");
    }

    @Test
    void everyToolAnswersAsItsSchemaSays() throws Exception {
        Map<String, String> calls = Map.of(
                "query", "{\"sql\":\"FROM runs\"}",
                "describe", "{\"name\":\"expert_cache\"}",
                "examples", "{\"about\":\"accuracy expert\"}",
                "study", "{\"run\":\"first\"}");
        List<String> names = new ArrayList<>();
        for (JsonNode tool : result("tools/list", "{}").path("tools")) {
            String name = tool.path("name").asText();
            names.add(name);
            assertThat(tool.path("annotations").path("readOnlyHint").asBoolean())
                    .isTrue();
            assertThat(tool.path("inputSchema").path("additionalProperties").asBoolean(true))
                    .isFalse();
            if (name.equals("study")) {
                assertThat(tool.path("inputSchema")
                                .path("properties")
                                .path("part")
                                .path("enum"))
                        .extracting(JsonNode::asText)
                        .containsExactlyElementsOf(
                                Stream.of(Part.values()).map(Part::toString).toList());
            }
            JsonNode given = JSON.readTree(String.valueOf(calls.get(name)));
            assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                            .getSchema(tool.path("inputSchema"))
                            .validate(given))
                    .isEmpty();
            JsonNode result = call(name, given);
            assertThat(result.path("isError").asBoolean()).as(result.toString()).isFalse();
            ObjectNode schema = tool.path("outputSchema").deepCopy();
            schema.findParents("properties")
                    .forEach(parent -> ((ObjectNode) parent).put("additionalProperties", false));
            assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                            .getSchema(schema)
                            .validate(result.path("structuredContent")))
                    .as(name)
                    .isEmpty();
        }
        assertThat(names).containsExactly("query", "describe", "examples", "study");
    }

    @Test
    void toolsSayWhatThereIs() throws Exception {
        JsonNode all = call("describe", JSON.createObjectNode())
                .path("structuredContent")
                .path("relations");
        assertThat(all.findValuesAsText("name")).contains("runs", "layer_load", "expert_cache");
        JsonNode one = call("describe", JSON.createObjectNode().put("name", "EXPERT_CACHE"))
                .path("structuredContent")
                .path("relations")
                .path(0);
        assertThat(one.path("kind").asText()).isEqualTo("function");
        assertThat(one.path("signature").asText()).startsWith("expert_cache(run INTEGER, ");
        assertThat(one.path("columns").findValuesAsText("name")).contains("hit_rate");
        assertThat(one.path("formula").asText()).contains("hit_rate = ");
        JsonNode examples = call("examples", JSON.createObjectNode().put("about", "Cache LRU"))
                .path("structuredContent")
                .path("examples");
        assertThat(examples).isNotEmpty();
        for (JsonNode example : examples) {
            assertThat(example.toString().toLowerCase(Locale.ROOT)).contains("cache", "lru");
        }
        JsonNode study = call("study", JSON.createObjectNode()).path("structuredContent");
        assertThat(study.path("run").asText()).isEqualTo("first");
        JsonNode finding = study.path("findings").path(0);
        assertThat(finding.path("sentences")).isNotEmpty();
        JsonNode serving =
                call("study", JSON.createObjectNode().put("part", "serving")).path("structuredContent");
        assertThat(serving.path("findings").findValuesAsText("title")).contains("Experts of a batch");
        assertThat(error("study", "{\"part\":\"training\"}"))
                .isEqualTo(
                        "INVALID_ARGUMENT: There is no part \"training\"; the parts are base, serving, compression.");
        assertThat(call(
                                "query",
                                JSON.createObjectNode()
                                        .put("sql", finding.path("sql").asText()))
                        .path("isError")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void callsAreInTheRegister() throws Exception {
        call("query", JSON.createObjectNode().put("sql", "SELECT 'of an agent' AS text"));
        JsonNode queries = JSON.readTree(server.get("v1/queries").body()).path("queries");
        assertThat(queries).anySatisfy(query -> {
            assertThat(query.path("sql").asText()).isEqualTo("SELECT 'of an agent' AS text");
            assertThat(query.path("format").asText()).isEqualTo("mcp");
            assertThat(query.path("state").asText()).isEqualTo("finished");
        });
    }

    @Test
    void onlyPostsOfJsonFromHereAreTaken() throws Exception {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        HttpResponse<String> get = server.get("mcp");
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("Allow")).contains("POST");
        assertThat(server.send("mcp", request -> request.DELETE()).statusCode()).isEqualTo(405);
        assertThat(server.send(
                                "mcp",
                                request -> request.header("Content-Type", "text/plain")
                                        .POST(BodyPublishers.ofString(ping)))
                        .statusCode())
                .isEqualTo(415);
        assertThat(send(ping, "Origin: https://elsewhere.example").statusCode()).isEqualTo(403);
        assertThat(send(ping, "Origin: " + server.uri().toString().replaceFirst("/$", ""))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aServerWithATokenWantsIt(@TempDir Path folder) throws Exception {
        AccessSettings access =
                new AccessSettings(Optional.of("token-of-the-mcp-tests"), Optional.empty(), false, List.of());
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        try (TestingServer locked =
                TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("access", access)))) {
            assertThat(locked.post("mcp", ping).statusCode()).isEqualTo(401);
            assertThat(locked.send(
                                    "mcp",
                                    request -> request.header("Content-Type", "application/json")
                                            .header("Authorization", "Bearer token-of-the-mcp-tests")
                                            .POST(BodyPublishers.ofString(ping)))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private HttpResponse<String> send(String message, String headers) throws Exception {
        return server.send("mcp", request -> {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(message));
            for (String header : headers.split("; *", -1)) {
                if (!header.isBlank()) {
                    String[] parts = header.split(": ", 2);
                    request.header(parts[0].strip(), parts[1].strip());
                }
            }
            return request;
        });
    }

    private JsonNode result(String method, String params) throws Exception {
        HttpResponse<String> response =
                send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}".formatted(method, params), "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).path("result");
    }

    private JsonNode call(String tool, JsonNode arguments) throws Exception {
        return result("tools/call", "{\"name\":\"%s\",\"arguments\":%s}".formatted(tool, arguments));
    }

    private String error(String tool, String arguments) throws Exception {
        JsonNode result = call(tool, JSON.readTree(arguments));
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isTrue();
        return result.path("content").path(0).path("text").asText();
    }
}
