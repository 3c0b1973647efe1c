package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.store.SeededFile;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What an editor asks beside queries: relations, their summaries, help while typing, and queries that are kept. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestSchemaAndSaved {
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
    void listsRelationsWithCommentsAndSizes() throws Exception {
        JsonNode tables = json(server.get("v1/schema")).at("/tables");
        JsonNode runs = named(tables, "runs");
        assertThat(runs.at("/comment").textValue()).startsWith("One row per run");
        assertThat(runs.at("/kind").textValue()).isEqualTo("table");
        assertThat(runs.at("/rows").longValue()).isEqualTo(1);
        assertThat(runs.at("/columns/0").toString())
                .isEqualTo(
                        "{\"name\":\"run_id\",\"type\":\"INTEGER\",\"nullable\":false,\"comment\":\"Number of the run in this file, from 1\"}");
        assertThat(named(tables, "experts").at("/rows").longValue())
                .isEqualTo(2L * SeededFile.LAYERS * SeededFile.EXPERTS);
        assertThat(named(tables, "activations").at("/rows").longValue()).isEqualTo(24 * 5 * 4 * 4);
        assertThat(named(tables, "gate_entropy").at("/kind").textValue()).isEqualTo("view");
        assertThat(named(tables, "gate_entropy").at("/group").textValue()).isEqualTo("The paper");
        assertThat(runs.at("/group").textValue()).isEqualTo("Tables");
        assertThat(named(tables, "gate_entropy").at("/rows").isNull()).isTrue();
    }

    @Test
    void tellsAnEditorTheLanguage() throws Exception {
        JsonNode schema = json(server.get("v1/schema"));
        assertThat(schema.at("/keywords").toString())
                .contains("\"SELECT\"", "\"QUALIFY\"")
                .doesNotContain("GROUP BY");
        assertThat(schema.at("/types").toString()).contains("\"VARCHAR\"", "\"DOUBLE\"");
        JsonNode function = named(schema.at("/functions"), "top_experts");
        assertThat(function.at("/group").textValue()).isEqualTo("Tables");
        assertThat(function.at("/forms").toString())
                .isEqualTo("[\"top_experts(run INTEGER, scope VARCHAR, k INTEGER)\"]");
        JsonNode example = schema.at("/examples/0");
        assertThat(example.at("/group").textValue()).isEqualTo("The file");
        assertThat(example.at("/title").textValue()).isEqualTo("Runs in this file");
        assertThat(example.at("/about").textValue()).isNotBlank();
        assertThat(schema.at("/examples").size()).isGreaterThan(40);
        for (JsonNode each : schema.at("/examples")) {
            assertThat(server.query(each.at("/sql").textValue()).statusCode())
                    .as(each.at("/title").textValue())
                    .isEqualTo(200);
        }
    }

    @Test
    void summarisesARelation() throws Exception {
        JsonNode summary = json(server.get("v1/schema/questions/summary"));
        assertThat(summary.at("/table").textValue()).isEqualTo("questions");
        assertThat(summary.at("/rows").longValue()).isEqualTo(SeededFile.QUESTIONS);
        JsonNode ordinal = named(summary.at("/columns"), "ordinal");
        assertThat(ordinal.at("/min").textValue()).isEqualTo("1");
        assertThat(ordinal.at("/max").textValue()).isEqualTo("8");
        assertThat(ordinal.at("/distinct").longValue()).isEqualTo(8);
        assertThat(ordinal.at("/mean").doubleValue()).isEqualTo(4.5);
        assertThat(ordinal.at("/nulls").longValue()).isZero();
        assertThat(named(summary.at("/columns"), "subject").at("/mean").isNull())
                .isTrue();
        JsonNode runs = json(server.get("v1/schema/RUNS/summary"));
        assertThat(named(runs.at("/columns"), "run_id").at("/max").textValue()).isEqualTo("1");
        assertThat(server.get("v1/schema/nothing/summary").statusCode()).isEqualTo(404);
        assertThat(server.get("v1/schema/saved_queries/summary").statusCode()).isEqualTo(404);
    }

    @Test
    void checksWhatIsTyped() throws Exception {
        assertThat(json(post("v1/check", "{\"sql\": \"SELECT layer FROM experts\"}"))
                        .at("/diagnostics"))
                .isEmpty();
        JsonNode found = json(post("v1/check", "{\"sql\": \"SELECT expert\\nFROM experts\\nWHERE layr = 1\"}"))
                .at("/diagnostics/0");
        assertThat(found.at("/severity").textValue()).isEqualTo("error");
        assertThat(found.at("/code").textValue()).isEqualTo("SQL_VALIDATION");
        assertThat(found.at("/message").textValue()).contains("layr");
        assertThat(found.at("/line").intValue()).isEqualTo(3);
        assertThat(found.at("/column").intValue()).isEqualTo(7);
        assertThat(found.at("/endColumn").intValue()).isEqualTo(10);
        assertThat(found.at("/offset").intValue()).isEqualTo(33);
    }

    @Test
    void completesWhatIsTyped() throws Exception {
        JsonNode tables = json(post("v1/complete", "{\"sql\": \"SELECT * FROM exp\", \"offset\": 17}"))
                .at("/suggestions");
        assertThat(tables).isNotEmpty();
        assertThat(tables.at("/0/text").textValue()).startsWith("exp");
        assertThat(tables.at("/0/kind").textValue()).isEqualTo("table");
        assertThat(tables.at("/0/from").intValue()).isEqualTo(14);
        assertThat(tables.at("/0/to").intValue()).isEqualTo(17);
        assertThat(post("v1/complete", "{\"sql\": \"SELECT \", \"offset\": \"x\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void keepsQueriesInTheFile() throws Exception {
        assertThat(put("v1/saved/worst%20experts", "{\"sql\": \"SELECT 1\", \"description\": \"wit 1\"}")
                        .statusCode())
                .isEqualTo(201);
        HttpResponse<String> replaced = put("v1/saved/worst%20experts", "{\"sql\": \"SELECT 'ä', \\\"x\\\"\"}");
        assertThat(replaced.statusCode()).isEqualTo(200);
        JsonNode saved = json(server.get("v1/saved/worst%20experts"));
        assertThat(saved.at("/name").textValue()).isEqualTo("worst experts");
        assertThat(saved.at("/sql").textValue()).isEqualTo("SELECT 'ä', \"x\"");
        assertThat(saved.at("/description").textValue()).isEmpty();
        assertThat(saved.at("/savedAt").textValue())
                .isGreaterThanOrEqualTo(saved.at("/createdAt").textValue());
        assertThat(json(server.get("v1/saved")).at("/saved")).hasSize(1);
        assertThat(server.store().savedQueries().find("worst experts")).isPresent();
        assertThat(put("v1/saved/empty", "{\"sql\": \" \"}").statusCode()).isEqualTo(400);
        assertThat(delete("v1/saved/worst%20experts").statusCode()).isEqualTo(204);
        assertThat(delete("v1/saved/worst%20experts").statusCode()).isEqualTo(404);
        assertThat(server.get("v1/saved/worst%20experts").statusCode()).isEqualTo(404);
    }

    @Test
    void writesNotesOnExperts() throws Exception {
        String run = server.store().runs().get(0).name();
        HttpResponse<String> written = post(
                "v1/notes", "{\"run\": \"%s\", \"layer\": 2, \"expert\": 15, \"label\": \"unused\"}".formatted(run));
        assertThat(written.statusCode()).as(written.body()).isEqualTo(201);
        JsonNode note = JSON.readTree(written.body());
        assertThat(note.at("/label").textValue()).isEqualTo("unused");
        int id = note.at("/noteId").intValue();
        HttpResponse<String> changed =
                put("v1/notes/" + id, "{\"label\": \"never fires\", \"text\": \"in 24 questions\"}");
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        String notes = "SELECT layer, expert, label, text, of_model FROM expert_notes";
        assertThat(json(server.query(notes)).at("/rows").toString())
                .isEqualTo("[[2,15,\"never fires\",\"in 24 questions\",true]]");
        assertThat(delete("v1/notes/" + id).statusCode()).isEqualTo(204);
        assertThat(json(server.query(notes)).at("/rows")).isEmpty();
        assertThat(delete("v1/notes/" + id).statusCode()).isEqualTo(404);
        assertThat(delete("v1/notes/first").statusCode()).isEqualTo(404);
        assertThat(put("v1/notes/" + id, "{\"label\": \"x\"}").statusCode()).isEqualTo(404);
        HttpResponse<String> refused =
                post("v1/notes", "{\"run\": \"%s\", \"layer\": 2, \"expert\": 16, \"label\": \"x\"}".formatted(run));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(refused.body()).at("/detail").textValue())
                .isEqualTo("Layer 2 of the model of run \"%s\" has experts 0 to 15, not 16.".formatted(run));
    }

    @Test
    void countsForPrometheus() throws Exception {
        server.query("SELECT * FROM experts LIMIT 3");
        server.query("SELECT nothing");
        HttpResponse<String> metrics = server.get("metrics");
        assertThat(metrics.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain; version=0.0.4");
        assertThat(metrics.body())
                .contains("gatehouse_run_max_violation{run=\"")
                .contains("# TYPE gatehouse_run_dead_share gauge");
        assertThat(metrics.body())
                .containsPattern("gatehouse_queries_total\\{state=\"finished\"} [1-9]")
                .containsPattern("gatehouse_queries_total\\{state=\"failed\"} [1-9]")
                .contains("gatehouse_queries_running 0.0")
                .containsPattern("gatehouse_query_seconds_bucket\\{le=\"0.05\"} [0-9]+");
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return server.send(
                path,
                request -> request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> put(String path, String body) throws Exception {
        return server.send(
                path,
                request -> request.header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> delete(String path) throws Exception {
        return server.send(path, request -> request.DELETE());
    }

    private static JsonNode json(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static JsonNode named(JsonNode list, String name) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(element -> element.at("/name").textValue().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
