package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.gatehouse.server.model.ModelProgram;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The description of the API is that of this API: its addresses, its methods and the shapes of its answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestOpenApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    private TestingServer server;
    private JsonNode document = JSON.createObjectNode();

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = TestingServer.start(folder);
        document = JSON.readTree(server.get("v1/openapi.json").body());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void listsTheRoutesThatThereAre() {
        List<String> described = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (METHODS.contains(operation.getKey())) {
                    described.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                    names.add(operation.getValue().path("operationId").asText());
                }
            }
        }
        assertThat(described).containsExactlyInAnyOrderElementsOf(server.apiRoutes());
        assertThat(names)
                .as("programs that are made from it name functions by these")
                .doesNotHaveDuplicates()
                .noneMatch(String::isEmpty);
    }

    /** The server says which fields it would have taken, of every body but that of a run, whose options are elsewhere. */
    @Test
    void describesTheFieldsThatRequestsMayHave() throws Exception {
        List<String> compared = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                JsonNode schema = resolved(operation.getValue().at("/requestBody/content/application~1json/schema"));
                if (!schema.isMissingNode() && !path.getKey().equals("/v1/runs")) {
                    String method = operation.getKey().toUpperCase(Locale.ROOT);
                    String address =
                            path.getKey().substring(1).replace("{name}", "any").replace("{id}", "1");
                    HttpResponse<String> response = server.send(
                            address,
                            request -> request.header("Content-Type", "application/json")
                                    .method(method, BodyPublishers.ofString("{\"nonsense\":1}")));
                    assertThat(taken(response))
                            .as(address)
                            .containsExactlyInAnyOrderElementsOf(names(schema.path("properties")));
                    compared.add(method + " " + path.getKey());
                }
            }
        }
        assertThat(compared)
                .containsExactlyInAnyOrder(
                        "POST /v1/query",
                        "POST /v1/describe",
                        "POST /v1/check",
                        "POST /v1/complete",
                        "POST /v1/completions",
                        "POST /v1/chat/completions",
                        "POST /tokenize",
                        "POST /detokenize",
                        "PUT /v1/saved/{name}",
                        "POST /v1/notes",
                        "PUT /v1/notes/{id}",
                        "PATCH /v1/runs/{name}");
        List<String> inAddress = new ArrayList<>();
        document.at("/paths/~1v1~1query/get/parameters")
                .forEach(parameter -> inAddress.add(parameter.path("name").asText()));
        assertThat(taken(server.get("v1/query?nonsense=1"))).containsExactlyInAnyOrderElementsOf(inAddress);
    }

    @Test
    void parametersAreAnArrayOrAnObject() {
        JsonNode inBody = document.at("/components/schemas/QueryRequest/properties/parameters/type");
        assertThat(inBody.toString()).isEqualTo("[\"array\",\"object\"]");
        document.at("/paths/~1v1~1query/get/parameters").forEach(parameter -> {
            if (parameter.path("name").asText().equals("parameters")) {
                assertThat(parameter.at("/schema/type").asText()).isEqualTo("string");
            }
        });
    }

    private JsonNode resolved(JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    }

    private static List<String> names(JsonNode properties) {
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> taken(HttpResponse<String> refusal) throws IOException {
        JsonNode body = JSON.readTree(refusal.body());
        String detail = body.has("error")
                ? body.path("error").path("message").asText()
                : body.path("detail").asText();
        assertThat(detail).contains("\"nonsense\"; it may have ");
        return Pattern.compile("\"([^\"]+)\"")
                .matcher(detail.substring(detail.indexOf("it may have")))
                .results()
                .map(name -> name.group(1))
                .toList();
    }

    @Test
    void describesItsAnswers() throws Exception {
        server.query("SELECT nothing FROM experts");
        put("v1/saved/one", "{\"sql\":\"SELECT 1\"}");
        matches("Rows", server.query("SELECT * FROM experts"), 200);
        matches("Problem", server.query("SELECT nothing FROM experts"), 400);
        matches("Problem", server.get("v1/nothing"), 404);
        matches("Queries", server.get("v1/queries"), 200);
        while (!server.get("v1/history").body().contains("error")) {
            Thread.sleep(20);
        }
        matches("History", server.get("v1/history"), 200);
        matches("Shape", post("v1/describe", "{\"sql\":\"SELECT * FROM runs WHERE run_id = ?\"}"), 200);
        matches("Shape", post("v1/describe", "{\"sql\":\"SELECT * FROM runs WHERE run_id = :run\"}"), 200);
        matches("Schema", server.get("v1/schema"), 200);
        matches("Summary", server.get("v1/schema/runs/summary"), 200);
        matches("Diagnostics", post("v1/check", "{\"sql\":\"SELECT x FROM runs\"}"), 200);
        matches("Suggestions", post("v1/complete", "{\"sql\":\"SELECT \",\"offset\":7}"), 200);
        matches("Saved", server.get("v1/saved"), 200);
        matches("SavedQuery", server.get("v1/saved/one"), 200);
        matches("Sources", server.get("v1/sources"), 200);
        matches("Runs", server.get("v1/runs"), 200);
        matches("Run", server.get("v1/runs/first"), 200);
        matches("Health", server.get("v1/health"), 200);
        matches("Instance", server.get("instance"), 200);
    }

    @Test
    void describesTheAnswersOfModels(@TempDir Path folder) throws Exception {
        try (TestingServer models = TestingServer.startAnswering(
                folder, List.of(SampleRuns.FOLDER.resolve("model")), ModelProgram.settings(), settings -> settings)) {
            matches("Models", models.get("v1/models"), 200);
            matches("TokenizerInfo", models.get("tokenizer_info"), 200);
            matches("Tokens", models.post("tokenize", "{\"prompt\":\"a\"}"), 200);
            matches("Detokenized", models.post("detokenize", "{\"tokens\":[5]}"), 200);
            matches("Completions", models.post("v1/completions", "{\"prompt\":\"a\"}"), 200);
            matches(
                    "Completions",
                    models.post("v1/completions", "{\"prompt\":[[5,6]],\"echo\":true,\"logprobs\":2}"),
                    200);
            matches("ModelError", models.post("v1/completions", "{\"prompt\":[]}"), 400);
            matches("ModelError", models.post("v1/completions", "{\"prompt\":\"a\",\"model\":\"b\"}"), 404);
            matches("ModelError", models.get("v1/completions"), 405);
            matches("Problem", models.post("detokenize", "{\"tokens\":[999999]}"), 400);
            HttpResponse<String> events = models.post(
                    "v1/completions",
                    "{\"prompt\":\"a\",\"logprobs\":1,\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
            List<String> data =
                    events.body().lines().filter(line -> !line.isEmpty()).toList();
            assertThat(data).hasSizeGreaterThan(2);
            for (String event : data.subList(0, data.size() - 1)) {
                matches("CompletionsPart", event.substring("data: ".length()));
            }
        }
    }

    /** A program that was generated from an older document may meet new fields. */
    @Test
    void onlyRequestsExcludeOtherFields() {
        List<String> closed = new ArrayList<>();
        document.at("/components/schemas").properties().forEach(schema -> {
            if (schema.getValue().has("additionalProperties")) {
                closed.add(schema.getKey());
            }
        });
        assertThat(closed)
                .containsExactlyInAnyOrder(
                        "ChatRequest",
                        "CompletionRequest",
                        "DetokenizeRequest",
                        "NewNote",
                        "NoteContents",
                        "PartialStatement",
                        "QueryRequest",
                        "RunEdit",
                        "RunRequest",
                        "SavedContents",
                        "Statement",
                        "TokenizeRequest");
        assertThat(document.at("/components/schemas").findParents("additionalProperties"))
                .allMatch(schema -> !schema.path("additionalProperties").asBoolean(true));
    }

    /** The response has exactly the fields that the schema lists, although the schema allows others. */
    private void matches(String schema, HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        matches(schema, response.body());
    }

    private void matches(String schema, String json) throws Exception {
        ObjectNode whole = JSON.createObjectNode();
        whole.put("$ref", "#/components/schemas/" + schema);
        whole.set("components", document.path("components").deepCopy());
        whole.findParents("properties").forEach(parent -> ((ObjectNode) parent).put("additionalProperties", false));
        JsonSchema shape = JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(whole);
        Set<ValidationMessage> faults = shape.validate(JSON.readTree(json));
        assertThat(faults).as(schema).isEmpty();
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return server.send(
                path,
                request -> request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private void put(String path, String body) throws Exception {
        server.send(
                path,
                request -> request.header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }
}
