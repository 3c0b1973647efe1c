package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a statement returns and takes, without running it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestDescribe {
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
    void tellsColumnsAndParameters() throws Exception {
        JsonNode shape = JSON.readTree(describe("SELECT name, run_id AS n FROM runs WHERE run_id = ? AND name = ?")
                .body());
        assertThat(shape.path("columns").toString())
                .isEqualTo("[{\"name\":\"name\",\"type\":\"VARCHAR\"},{\"name\":\"n\",\"type\":\"INTEGER\"}]");
        assertThat(shape.path("parameters").toString()).isEqualTo("[\"BIGINT\",\"VARCHAR\"]");
        assertThat(shape.path("named").toString()).isEqualTo("[]");
    }

    @Test
    void tellsTheNamesOfParameters() throws Exception {
        JsonNode shape = JSON.readTree(describe(
                        "SELECT :label AS label FROM runs AS r WHERE r.run_id = :run AND :run > 0 AND name IN (:Name, 'x')")
                .body());
        assertThat(shape.path("parameters").toString()).isEqualTo("[\"VARCHAR\",\"BIGINT\",\"VARCHAR\"]");
        assertThat(shape.path("named").toString())
                .isEqualTo("[{\"name\":\"label\",\"type\":\"VARCHAR\"},"
                        + "{\"name\":\"run\",\"type\":\"BIGINT\",\"column\":\"run_id\"},"
                        + "{\"name\":\"name\",\"type\":\"VARCHAR\",\"column\":\"name\"}]");
    }

    @Test
    void runsNothing() throws Exception {
        HttpResponse<String> response = describe("""
                SELECT sum(a.token_id * b.token_id + c.token_id * d.token_id + e.token_id) AS s
                FROM tokens a, tokens b, tokens c, tokens d, tokens e
                """);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).at("/columns/0/name").asText())
                .isEqualTo("s");
        assertThat(JSON.readTree(server.get("v1/queries").body()).path("queries"))
                .isEmpty();
    }

    @Test
    void pointsAtWhatIsWrong() throws Exception {
        HttpResponse<String> response = describe("SELECT layr FROM experts");
        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.path("code").asText()).isEqualTo("SQL_VALIDATION");
        assertThat(problem.at("/position/column").asInt()).isEqualTo(8);
        assertThat(problem.at("/position/offset").asInt()).isEqualTo(7);
        assertThat(describe("DELETE FROM runs").statusCode()).isEqualTo(403);
    }

    private HttpResponse<String> describe(String sql) throws Exception {
        String body = JSON.createObjectNode().put("sql", sql).toString();
        return server.send(
                "v1/describe",
                request -> request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }
}
