package io.gatehouse.server;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.testing.RecordCopy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server takes down of what it does, and what it must not. */
final class TestServerLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void saysWhatHappenedWithoutSqlAndValues(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("server.log");
        for (int life = 0; life < 2; life++) {
            Path place = Files.createDirectory(folder.resolve("life-" + life));
            try (TestingServer server =
                    TestingServer.start(place, settings -> RecordCopy.of(settings, Map.of("log", Optional.of(log))))) {
                server.query("SELECT name, 'secret-value' AS v FROM runs");
                server.query("SELECT CAST('secret-value' AS INTEGER) FROM runs");
                server.query("SELECT secret_column FROM runs");
            }
        }
        assertThat(Files.readString(log)).doesNotContainIgnoringCase("secret").doesNotContainIgnoringCase("select");
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            lines.add(JSON.readTree(line));
        }
        assertThat(lines)
                .extracting(line -> line.path("event").asText())
                .containsExactly(
                        "server-started",
                        "query-ended",
                        "query-ended",
                        "query-ended",
                        "server-stopped",
                        "server-started",
                        "query-ended",
                        "query-ended",
                        "query-ended",
                        "server-stopped");
        assertThat(lines)
                .allSatisfy(line -> assertThat(Instant.parse(line.path("time").asText()))
                        .isBefore(Instant.now().plusSeconds(1)));
        List<JsonNode> finished = lines.stream()
                .filter(line -> line.path("state").asText().equals("finished"))
                .toList();
        assertThat(finished).hasSize(2).allSatisfy(query -> {
            assertThat(query.path("rows").asInt()).isEqualTo(1);
            assertThat(query.path("elapsedMs").asDouble()).isPositive();
        });
        assertThat(lines).extracting(line -> line.path("code").asText()).contains("SQL_EXECUTION", "SQL_VALIDATION");
    }

    @Test
    void followsRuns(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("server.log");
        try (TestingServer server = TestingServer.startWithSample(
                folder, settings -> RecordCopy.of(settings, Map.of("log", Optional.of(log))))) {
            server.post("v1/runs", "{\"model\":\"model\",\"quiz\":\"quiz\",\"name\":\"followed\",\"limit\":64}");
            while (!server.get("v1/runs/followed").body().contains("\"complete\"")) {
                Thread.sleep(50);
            }
        }
        List<String> events = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            JsonNode entry = JSON.readTree(line);
            if (entry.path("name").asText().equals("followed")) {
                events.add(entry.path("event").asText());
            }
        }
        assertThat(events).containsExactly("run-loading", "run-running", "run-complete");
    }

    @Test
    void aLogThatCannotBeWrittenIsSaidAtOnce(@TempDir Path folder) {
        assertRefused(
                () -> TestingServer.start(
                        folder, settings -> RecordCopy.of(settings, Map.of("log", Optional.of(folder)))),
                ErrorCode.INVALID_ARGUMENT);
    }
}
