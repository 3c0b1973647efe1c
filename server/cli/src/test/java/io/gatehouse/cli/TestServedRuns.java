package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.run.WorkerPlanner;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerFile;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the sample model inside a server, started by HTTP and by the command line. */
@Timeout(180)
final class TestServedRuns {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHARD = 64;
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    @TempDir
    private Path folder = Path.of("");

    private final HttpClient client = HttpClient.newHttpClient();

    /** A server over a file, made if missing. */
    private static final class Served implements AutoCloseable {
        private final Store store;
        private final QueryEngine engine;
        private final GatehouseServer server;

        Served(Path file) {
            store = Store.create(file);
            engine = new QueryEngine(store);
            ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test")
                    .with(RunSources.of(List.of(SAMPLE.resolve("model")), List.of(SAMPLE.resolve("quiz"))));
            server = GatehouseServer.start(store, engine, settings, new WorkerPlanner(store, WorkerCommand.standard()));
        }

        URI uri() {
            return server.uri();
        }

        @Override
        public void close() {
            server.close();
            engine.close();
            store.close();
        }
    }

    @Test
    void streamsIntoTheFileThatIsServed() throws Exception {
        try (Served served = new Served(folder.resolve("live.duckdb"))) {
            HttpResponse<String> started =
                    start(served, "{\"model\":\"model\",\"quiz\":\"quiz\",\"limit\":320,\"name\":\"live one\"}");
            assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
            assertThat(started.headers().firstValue("Location")).hasValue("/v1/runs/live%20one");
            JsonNode run = JSON.readTree(started.body());
            boolean seenHalf = false;
            while (!run.path("status").asText().equals("complete")) {
                assertThat(run.path("status").asText()).isIn("waiting", "loading", "running");
                run = show(served, "live%20one");
                long told = run.path("progress").path("questionsDone").asLong();
                long answered = count(served);
                // What the server says is committed, SQL finds; and only whole shards.
                assertThat(answered).isGreaterThanOrEqualTo(told);
                assertThat(answered % SHARD).isZero();
                seenHalf |= answered > 0 && answered < 320;
                // Workers have a lower priority: asking without a pause takes the core from them.
                Thread.sleep(20);
            }
            assertThat(seenHalf).isTrue();
            assertThat(run.path("answered").asInt()).isEqualTo(320);
            assertThat(run.path("meanAccuracyOfSubjects").asDouble()).isBetween(0.3, 1.0);
            assertThat(JSON.readTree(get(served, "v1/runs").body()).path("runs"))
                    .hasSize(1);
        }
    }

    @Test
    void findsAnswersInGeneratedText() throws Exception {
        try (Served served = new Served(folder.resolve("text.duckdb"))) {
            String request = """
                    {"model": "model", "quiz": "quiz", "limit": 20, "name": "t", "max-new-tokens": 4,
                     "answer": "generate", "extract": "regex:%s"}""";
            HttpResponse<String> refused = start(served, request.formatted("(?=A)"));
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
            assertThat(refused.body()).contains("takes a regular expression of RE2");
            assertThat(start(served, request.formatted("[ABCD]")).statusCode()).isEqualTo(202);
            assertThat(await(served, "t").path("status").asText()).isEqualTo("complete");
            HttpResponse<String> found = send(
                    served,
                    "v1/query",
                    HttpRequest.newBuilder()
                            .header("Content-Type", "application/sql")
                            .POST(BodyPublishers.ofString("""
                                    SELECT count(*) AS n, count(DISTINCT a.predicted) > 1 AS several, max(r.answer_rule) AS rule
                                    FROM answers AS a
                                    JOIN generations AS g ON g.run_id = a.run_id AND g.question_id = a.question_id
                                    JOIN runs AS r ON r.run_id = a.run_id
                                    WHERE a.predicted = g.extracted AND a.correct = g.correct""")));
            assertThat(found.body()).contains("[20,true,\"regex:[ABCD]\"]");
        }
    }

    @Test
    void goesOnWithARunThatWasCancelled() throws Exception {
        Path interrupted = folder.resolve("interrupted.duckdb");
        try (Served served = new Served(interrupted)) {
            String request = "{\"model\":\"model\",\"quiz\":\"quiz\",\"limit\":320,\"name\":\"r\"}";
            start(served, request);
            awaitAnswers(served, SHARD);
            assertThat(send(served, "v1/runs/r", HttpRequest.newBuilder().DELETE())
                            .statusCode())
                    .isEqualTo(409);
            assertThat(post(served, "v1/runs/r/cancel", "{}").statusCode()).isEqualTo(202);
            assertThat(await(served, "r").path("status").asText()).isEqualTo("cancelled");
            assertThat(start(served, request).statusCode()).isEqualTo(202);
            assertThat(await(served, "r").path("status").asText()).isEqualTo("complete");
            assertThat(start(served, request).statusCode()).isEqualTo(409);
        }
        Path whole = folder.resolve("whole.duckdb");
        try (Served served = new Served(whole)) {
            start(served, "{\"model\":\"model\",\"quiz\":\"quiz\",\"limit\":320,\"name\":\"r\"}");
            await(served, "r");
            assertThat(send(served, "v1/runs/nobody", HttpRequest.newBuilder().DELETE())
                            .statusCode())
                    .isEqualTo(404);
        }
        assertThat(hashes(interrupted)).isEqualTo(hashes(whole));
    }

    @Test
    void letsAStoppingServerFinishTheShardInHand() throws Exception {
        Path file = folder.resolve("stopped.duckdb");
        try (Served served = new Served(file)) {
            start(served, "{\"model\":\"model\",\"quiz\":\"quiz\",\"name\":\"r\"}");
            awaitReported(served, SHARD);
        }
        try (Store store = Store.open(file)) {
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.runs()).singleElement().satisfies(run -> {
                assertThat(run.answered()).isGreaterThanOrEqualTo(2 * SHARD);
                assertThat(run.status().id()).isEqualTo("cancelled");
            });
        }
    }

    @Test
    void takesOnlyWhatItWasToldOf() throws Exception {
        try (Served served = new Served(folder.resolve("strict.duckdb"))) {
            assertThat(get(served, "v1/sources").body())
                    .contains("\"name\":\"model\"")
                    .contains("\"name\":\"quiz\"");
            assertRefused(
                    served,
                    "{\"model\":\"/etc\",\"quiz\":\"quiz\"}",
                    404,
                    "There is no model \\\"/etc\\\" here; there are model");
            assertRefused(served, "{\"model\":\"model\",\"quiz\":\"../quiz\"}", 404, "no quiz");
            assertRefused(served, "{\"model\":\"model\"}", 400, "no field \\\"quiz\\\"");
            assertRefused(served, "{\"model\":\"model\",\"quiz\":\"quiz\",\"db\":\"x\"}", 400, "a field \\\"db\\\"");
            assertRefused(served, "{\"model\":\"model\",\"quiz\":\"quiz\",\"shots\":\"many\"}", 400, "many");
            assertRefused(
                    served,
                    "{\"model\":\"model\",\"quiz\":\"quiz\",\"subjects\":[\"no such\"]}",
                    400,
                    "no subject 'no such'");
            assertThat(JSON.readTree(get(served, "v1/runs").body()).path("runs"))
                    .isEmpty();
        }
    }

    /** The name becomes a part of the answer's Location, and is printed in a terminal. */
    @Test
    void namesOfRunsHaveAnEndAndControlNothing() throws Exception {
        try (Served served = new Served(folder.resolve("names.duckdb"))) {
            String request = "{\"model\":\"model\",\"quiz\":\"quiz\",\"limit\":1,\"name\":\"%s\"}";
            assertRefused(served, request.formatted("n".repeat(201)), 400, "201 characters; it may have 200");
            assertRefused(served, request.formatted("n".repeat(100_000)), 400, "100000 characters; it may have 200");
            for (String control : List.of("\\u001b", "\\r", "\\n", "\\u0000", "\\u009b", "\\u202e")) {
                assertRefused(served, request.formatted("a" + control + "[31mb"), 400, "control character U+");
            }
            assertRefused(served, request.formatted(" "), 400, "must not be blank");
            assertThat(JSON.readTree(get(served, "v1/runs").body()).path("runs"))
                    .isEmpty();
            HttpResponse<String> longest = start(served, request.formatted("𝕏".repeat(200)));
            assertThat(longest.statusCode()).as(longest.body()).isEqualTo(202);
            String path = longest.headers().firstValue("Location").orElseThrow();
            assertThat(path).isEqualTo("/v1/runs/" + "%F0%9D%95%8F".repeat(200));
            assertThat(await(served, path.substring("/v1/runs/".length()))
                            .path("status")
                            .asText())
                    .isEqualTo("complete");
        }
    }

    @Test
    void takesTheRunOfTheCommandLine() throws Exception {
        Path file = folder.resolve("shared.duckdb");
        try (Served served = new Served(file)) {
            CommandOutcome outcome = CommandOutcome.of(
                    "run",
                    "--db",
                    file.toString(),
                    "--model",
                    SAMPLE.resolve("model").toString(),
                    "--quiz",
                    SAMPLE.resolve("quiz").toString(),
                    "--limit",
                    "130",
                    "--name",
                    "handed");
            assertThat(outcome.exitCode()).as(outcome.err()).isZero();
            assertThat(outcome.err()).contains("is open in the server at " + served.uri());
            assertThat(outcome.out()).contains("Run").contains("handed").containsPattern("Questions answered +130");
            assertThat(count(served)).isEqualTo(130);
            CommandOutcome again = CommandOutcome.of(
                    "run",
                    "--db",
                    file.toString(),
                    "--model",
                    SAMPLE.resolve("model").toString(),
                    "--quiz",
                    SAMPLE.resolve("quiz").toString(),
                    "--limit",
                    "130",
                    "--name",
                    "handed");
            assertThat(again.exitCode()).isEqualTo(1);
            assertThat(again.err()).contains("There is a finished run named \"handed\"");
        }
    }

    @Test
    void saysHowARunOfTheCommandLineIsResumed() throws Exception {
        Path file = folder.resolve("ended.duckdb");
        try (Served served = new Served(file)) {
            CompletableFuture<CommandOutcome> command = CompletableFuture.supplyAsync(() -> CommandOutcome.of(
                    "run",
                    "--db",
                    file.toString(),
                    "--model",
                    SAMPLE.resolve("model").toString(),
                    "--quiz",
                    SAMPLE.resolve("quiz").toString(),
                    "--name",
                    "ended early"));
            awaitAnswers(served, SHARD);
            assertThat(post(served, "v1/runs/ended%20early/cancel", "{}").statusCode())
                    .isEqualTo(202);
            CommandOutcome outcome = command.join();
            assertThat(outcome.exitCode()).isEqualTo(130);
            assertThat(outcome.err().strip().lines())
                    .last()
                    .asString()
                    .matches("error: The run was cancelled; the answers to \\d+ of 1560 questions are kept\\."
                            + " Repeat the command with --name 'ended early' to resume\\.");
        }
    }

    @Test
    void passesOverNoticesThatAreNot() throws Exception {
        Path file = folder.resolve("noticed.duckdb");
        Path place = Path.of(file + ".server");
        String notice;
        try (Served served = new Served(file)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                    .isEqualTo("rw-------");
            notice = Files.readString(place);
            assertThat(ServerFile.find(file))
                    .hasValueSatisfying(found -> assertThat(found.uri()).isEqualTo(served.uri()));
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(ServerFile.find(file)).as("others may read it").isEmpty();
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rw-------"));
            Path other = folder.resolve("elsewhere");
            Files.move(place, other);
            Files.createSymbolicLink(place, other);
            assertThat(ServerFile.find(file)).as("a link").isEmpty();
            Files.delete(place);
            Files.move(other, place);
            Files.writeString(place, notice.replaceAll("\"instance\":\"[^\"]*\"", "\"instance\":\"another\""));
            assertThat(ServerFile.find(file)).as("another life").isEmpty();
            Files.writeString(place, "{");
            assertThat(ServerFile.find(file)).as("no JSON").isEmpty();
        }
        Files.deleteIfExists(place);
        Files.createFile(place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(place, notice);
        assertThat(ServerFile.find(file)).as("a server that is gone").isEmpty();
    }

    private void assertRefused(Served served, String body, int status, String reason) throws Exception {
        HttpResponse<String> response = start(served, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains(reason);
    }

    private HttpResponse<String> start(Served served, String body) throws Exception {
        return post(served, "v1/runs", body);
    }

    private HttpResponse<String> post(Served served, String path, String body) throws Exception {
        return send(
                served,
                path,
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> get(Served served, String path) throws Exception {
        return send(served, path, HttpRequest.newBuilder());
    }

    private HttpResponse<String> send(Served served, String path, HttpRequest.Builder request) throws Exception {
        return client.send(request.uri(served.uri().resolve(path)).build(), BodyHandlers.ofString());
    }

    private JsonNode show(Served served, String name) throws Exception {
        return JSON.readTree(get(served, "v1/runs/" + name).body());
    }

    private JsonNode await(Served served, String name) throws Exception {
        while (true) {
            JsonNode run = show(served, name);
            if (List.of("complete", "cancelled", "failed")
                    .contains(run.path("status").asText())) {
                return run;
            }
            Thread.sleep(20);
        }
    }

    private void awaitAnswers(Served served, int questions) throws Exception {
        while (count(served) < questions) {
            Thread.sleep(20);
        }
    }

    /** The rows of a shard are there before the run has noticed that it is stored. */
    private void awaitReported(Served served, int questions) throws Exception {
        while (JSON.readTree(get(served, "v1/runs/r").body()).path("answered").asInt() < questions) {
            Thread.sleep(20);
        }
    }

    private long count(Served served) throws Exception {
        HttpResponse<String> response = post(served, "v1/query", "{\"sql\":\"SELECT count(*) FROM answers\"}");
        return JSON.readTree(response.body()).at("/rows/0/0").longValue();
    }

    private static List<String> hashes(Path file) {
        try (Store store = Store.open(file)) {
            return store.verify().runs().stream()
                    .map(run -> run.name() + run.hash())
                    .toList();
        }
    }
}
