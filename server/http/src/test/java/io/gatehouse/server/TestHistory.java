package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.store.query.PastQuery;
import io.gatehouse.store.query.QueryHistory;
import io.gatehouse.store.transfer.ExportListener;
import io.gatehouse.testing.store.SeededFile;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What was asked about a file is in the file. */
@Timeout(60)
final class TestHistory {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void keepsWhatWasAskedBeyondTheServer(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            ask(server, "good-1", "SELECT * FROM experts");
            ask(server, "bad-1", "SELECT nothing FROM experts");
            ask(server, "picture-1", "SELECT count(*) FROM runs");
            JsonNode history = JSON.readTree(historyOf(server, 2)).path("history");
            assertThat(history.findValuesAsText("queryId")).containsExactly("bad-1", "good-1");
            assertThat(history.get(0).path("state").asText()).isEqualTo("failed");
            assertThat(history.get(0).path("error").asText()).startsWith("SQL_VALIDATION: ");
            assertThat(history.get(1).path("sql").asText()).isEqualTo("SELECT * FROM experts");
            assertThat(history.get(1).path("rows").asLong()).isEqualTo(2L * SeededFile.LAYERS * SeededFile.EXPERTS);
            assertThat(history.get(1).path("elapsedMs").asDouble()).isPositive();
            assertThat(history.get(1).has("error")).isFalse();
            // Written while the server ends.
            ask(server, "last-1", "SELECT 1");
        }
        try (Store store = Store.open(folder.resolve("seeded.duckdb"))) {
            assertThat(store.queryHistory().newest(10).stream().map(PastQuery::id))
                    .containsExactly("last-1", "bad-1", "good-1");
        }
    }

    @Test
    void takesALimit(@TempDir Path folder) throws Exception {
        try (TestingServer server = TestingServer.start(folder)) {
            ask(server, "one", "SELECT 1");
            ask(server, "two", "SELECT 2");
            assertThat(historyOf(server, 2)).contains("\"one\"");
            assertThat(server.get("v1/history?limit=1").body())
                    .contains("\"two\"")
                    .doesNotContain("\"one\"");
            assertThat(server.get("v1/history?limit=0").statusCode()).isEqualTo(400);
            assertThat(server.get("v1/history?limit=1001").statusCode()).isEqualTo(400);
            assertThat(server.get("v1/history?limit=x").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void keepsTheNewest(@TempDir Path folder) {
        Path file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
        Instant start = Instant.parse("2026-01-02T03:04:05Z");
        try (Store store = Store.open(file)) {
            QueryHistory history = store.queryHistory();
            for (int batch = 0; batch < 3; batch++) {
                int first = 500 * batch;
                history.add(IntStream.range(first, first + 500)
                        .mapToObj(i -> past("q" + i, "SELECT " + i, start.plusSeconds(i)))
                        .toList());
            }
            List<PastQuery> kept = history.newest(QueryHistory.KEPT);
            assertThat(kept).hasSize(QueryHistory.KEPT);
            assertThat(kept.get(0).id()).isEqualTo("q1499");
            assertThat(kept.get(QueryHistory.KEPT - 1).id()).isEqualTo("q500");
            assertThat(kept.get(0).startedAt()).isEqualTo(start.plusSeconds(1499));
            // An id that a client uses again names its last query.
            history.add(List.of(
                    past("q600", "SELECT 'once more'", start.plusSeconds(1999)),
                    past("q600", "SELECT 'again'", start.plusSeconds(2000))));
            assertThat(history.newest(1).get(0).sql()).isEqualTo("SELECT 'again'");
            assertThat(history.newest(QueryHistory.KEPT)).hasSize(QueryHistory.KEPT);
        }
    }

    @Test
    void leavesAnExportAsItIs(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("seeded.duckdb");
        Path export = folder.resolve("export");
        SeededFile.write(file);
        Store.export(file, export, ExportListener.none());
        List<Path> before = files(export);
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test");
        try (Store store = Store.open(export);
                QueryEngine engine = new QueryEngine(store);
                GatehouseServer server = GatehouseServer.start(store, engine, settings, RunPlanner.NONE)) {
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest.Builder query = HttpRequest.newBuilder(server.uri().resolve("v1/query"))
                    .header("Content-Type", "application/sql")
                    .POST(BodyPublishers.ofString("SELECT count(*) FROM experts"));
            assertThat(client.send(query.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            String history = client.send(
                            HttpRequest.newBuilder(server.uri().resolve("v1/history"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertThat(history).isEqualTo("{\"history\":[]}");
            String health = client.send(
                            HttpRequest.newBuilder(server.uri().resolve("v1/health"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertThat(JSON.readTree(health).path("databaseBytes").asLong())
                    .as("all of its files")
                    .isEqualTo(bytes(before));
        }
        assertThat(files(export)).isEqualTo(before);
    }

    private static PastQuery past(String id, String sql, Instant startedAt) {
        return new PastQuery(id, sql, startedAt, 1.5, "finished", 1, Optional.empty());
    }

    private static long bytes(List<Path> files) throws Exception {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static List<Path> files(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void ask(TestingServer server, String id, String sql) throws Exception {
        server.send(
                "v1/query",
                request -> request.header("Content-Type", "application/sql")
                        .header("Query-Id", id)
                        .POST(BodyPublishers.ofString(sql)));
    }

    /** The history, once it has so many queries: it is written behind the answers. */
    private static String historyOf(TestingServer server, int queries) throws Exception {
        String history = server.get("v1/history").body();
        while (JSON.readTree(history).path("history").size() < queries) {
            Thread.sleep(20);
            history = server.get("v1/history").body();
        }
        return history;
    }
}
