package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.store.SeededFile;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs and saved queries whose names hold what addresses are made of. */
final class TestNames {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMES = List.of(
            "allenai/OLMoE-1B-7B",
            "50 % of it",
            "a?b#c",
            "a%2Fb",
            "mit Umlaut: ä",
            "a;b=c",
            "a+b",
            "a&b",
            "...",
            "cancel");

    @Test
    void runsAreReachedByThem(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            int seed = 100;
            for (String name : NAMES) {
                SeededFile.addRun(server.store(), name, seed++);
                HttpResponse<String> shown = server.get("v1/runs/" + encoded(name));
                assertThat(shown.statusCode()).as(name + shown.body()).isEqualTo(200);
                assertThat(JSON.readTree(shown.body()).path("name").asText()).isEqualTo(name);
                assertThat(server.post("v1/runs/" + encoded(name) + "/cancel", "{}")
                                .statusCode())
                        .as("cancel " + name)
                        .isEqualTo(404);
                assertThat(server.send("v1/runs/" + encoded(name), HttpRequest.Builder::DELETE)
                                .statusCode())
                        .as("delete " + name)
                        .isEqualTo(204);
                assertThat(server.store().findRun(name)).isEmpty();
            }
        }
    }

    @Test
    void savedQueriesAreReachedByThem(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            for (String name : NAMES) {
                String address = "v1/saved/" + encoded(name);
                HttpResponse<String> saved = server.send(
                        address,
                        request -> request.header("Content-Type", "application/json")
                                .PUT(BodyPublishers.ofString("{\"sql\":\"SELECT 1\"}")));
                assertThat(saved.statusCode()).as(name + saved.body()).isEqualTo(201);
                assertThat(JSON.readTree(server.get(address).body())
                                .path("name")
                                .asText())
                        .isEqualTo(name);
                assertThat(server.send(address, HttpRequest.Builder::DELETE).statusCode())
                        .isEqualTo(204);
            }
        }
    }

    /** An address that only looks like a guarded one when it is decoded is none. */
    @Test
    void noGuardIsPassedByThem(@TempDir Path folder) throws Exception {
        AccessSettings access = new AccessSettings(Optional.of("a long token"), Optional.empty(), false, List.of());
        try (TestingServer server =
                TestingServer.start(folder, settings -> RecordCopy.of(settings, Map.of("access", access)))) {
            for (String path :
                    List.of("v1%2Fhealth", "v1%2fhealth", "%76%31/health", "v1%252Fhealth", "x%2F../v1/runs")) {
                assertThat(server.get(path).statusCode()).as(path).isIn(400, 401, 404);
            }
        }
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
