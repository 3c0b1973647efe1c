package io.gatehouse.cli;

import static io.gatehouse.cli.HostileModel.added;
import static io.gatehouse.cli.HostileModel.precompiled;
import static io.gatehouse.cli.HostileModel.replace;
import static io.gatehouse.cli.HostileModel.split;
import static io.gatehouse.cli.HostileModel.template;
import static io.gatehouse.cli.HostileModel.tokenizer;
import static io.gatehouse.cli.HostileModel.unknowing;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.cli.run.WorkerCommand;
import io.gatehouse.cli.run.WorkerPlanner;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunSources;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that end whatever process reads them: a server says which file it was, and goes on. */
@Timeout(600)
final class TestHostileModels {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core/sample");
    private static final long WORKER_BYTES = 1L << 30;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A list that has itself twice, fifty times over. */
    private static final String DOUBLED =
            "{% set s = namespace(x=[1]) %}{% for i in range(50) %}{% set s.x = [s.x, s.x] %}{% endfor %}";

    @TempDir
    private Path folder = Path.of("");

    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Path> models = new LinkedHashMap<>();

    private Set<Path> scratchBefore = Set.of();
    private Store store;
    private QueryEngine engine;
    private Optional<GatehouseServer> server = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        scratchBefore = scratch();
        store = Store.create(folder.resolve("served.duckdb"));
        engine = new QueryEngine(store);
    }

    private void serve() {
        List<Path> all = new ArrayList<>(models.values());
        all.add(SAMPLE.resolve("model"));
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test")
                .with(RunSources.of(all, List.of(SAMPLE.resolve("quiz"))));
        server = Optional.of(GatehouseServer.start(
                store, engine, settings, new WorkerPlanner(store, WorkerCommand.settings(WORKER_BYTES, PATIENCE))));
    }

    @AfterEach
    void close() {
        server.ifPresent(GatehouseServer::close);
        engine.close();
        store.close();
    }

    @Test
    void tokenizers() throws Exception {
        Path all = folder.resolve("models");
        models.put("nested", tokenizer(all, "nested", split("(".repeat(2000) + "a" + ")".repeat(2000))));
        models.put("backtracking", tokenizer(all, "backtracking", split("([a-z ]+)+\\d$")));
        models.put("charsmap", tokenizer(all, "charsmap", precompiled("BAAAAP////8AAAAA")));
        models.put("claiming-charsmap", tokenizer(all, "claiming-charsmap", precompiled("AAAAAAECAwQFBgcICQ==")));
        models.put("short-charsmap", tokenizer(all, "short-charsmap", precompiled("/////w==")));
        models.put("empty", tokenizer(all, "empty", replace("", List.of("b".repeat(1000)))));
        models.put("growth", tokenizer(all, "growth", replace("a", Collections.nCopies(5, "a".repeat(100)))));
        List<String> endTheProcess = List.copyOf(models.keySet());
        models.put("unigram", tokenizer(all, "unigram", unknowing()));
        models.put("added", tokenizer(all, "added", added(200_000)));
        serve();
        for (String name : models.keySet()) {
            requireFailure(
                    name,
                    "",
                    "tokenizer.json",
                    endTheProcess.contains(name)
                            ? List.of("WORKER_ENDED", "OUT_OF_MEMORY")
                            : List.of("CORRUPT_CHECKPOINT"));
        }
        requireWell();
    }

    @Test
    void chatTemplates() throws Exception {
        Path all = folder.resolve("models");
        String twice = DOUBLED + DOUBLED.replace("s.", "t.").replace("set s", "set t");
        models.put("sorts", template(all, "sorts", "{{ range(100000)" + " | sort".repeat(1000) + " | length }}"));
        models.put("text", template(all, "text", DOUBLED + "{{ s.x ~ '' }}"));
        models.put("equal", template(all, "equal", twice + "{{ s.x == t.x }}"));
        models.put("in", template(all, "in", twice + "{{ s.x in [t.x] }}"));
        models.put("nots", template(all, "nots", "{{ " + "not ".repeat(60_000) + "true }}"));
        serve();
        for (String name : models.keySet()) {
            requireFailure(
                    name,
                    ",\"chat\":true",
                    "chat_template.jinja",
                    List.of("UNSUPPORTED_MODEL", "WORKER_ENDED", "OUT_OF_MEMORY"));
        }
        requireWell();
    }

    /** A process that dies in the middle of computing: what it had stored stays, and the run goes on from there. */
    @Test
    void aRunGoesOnAfterItsProcessWasKilled() throws Exception {
        serve();
        String request = "{\"model\":\"model\",\"quiz\":\"quiz\",\"limit\":640,\"name\":\"r\"}";
        assertThat(post("v1/runs", request).statusCode()).isEqualTo(202);
        while (show("r").path("answered").asInt() == 0) {
            // Workers have a lower priority: asking without a pause takes the core from them.
            Thread.sleep(20);
        }
        ProcessHandle.current().children().filter(TestHostileModels::isWorker).forEach(ProcessHandle::destroyForcibly);
        JsonNode killed = ended("r");
        assertThat(killed.path("status").asText()).isEqualTo("failed");
        assertThat(killed.at("/error/detail").asText()).contains("ended by signal 9 (SIGKILL)");
        assertThat(killed.path("answered").asInt()).isBetween(1, 639);
        assertThat(post("v1/runs", request).statusCode()).isEqualTo(202);
        assertThat(ended("r").path("status").asText()).isEqualTo("complete");
        assertThat(end("model", ",\"limit\":640").path("status").asText()).isEqualTo("complete");
        List<String> hashes =
                store.verify().runs().stream().map(run -> run.hash()).distinct().toList();
        assertThat(hashes).as("content of the killed run and of a quiet one").hasSize(1);
    }

    /** Java shows no arguments of a process whose command line is longer than a page. */
    private static boolean isWorker(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/%d/cmdline".formatted(process.pid())))
                    .endsWith("\0worker\0");
        } catch (IOException e) {
            return false;
        }
    }

    /** The run of a model fails, and its error names the file. */
    private void requireFailure(String model, String more, String file, List<String> codes) throws Exception {
        JsonNode run = end(model, more);
        assertThat(run.path("status").asText()).as(model).isEqualTo("failed");
        assertThat(run.at("/error/code").asText()).as(run.toString()).isIn(codes);
        assertThat(run.at("/error/detail").asText()).contains(models.get(model) + "/" + file);
    }

    private void requireWell() throws Exception {
        assertThat(end("model", ",\"limit\":64").path("status").asText()).isEqualTo("complete");
        assertThat(store.runs().stream().filter(run -> run.status() == RunStatus.RUNNING))
                .isEmpty();
        assertThat(scratch()).as("what workers left behind").isSubsetOf(scratchBefore);
    }

    /** The directories of the workers that this process started. */
    private static Set<Path> scratch() throws IOException {
        String name = "gatehouse-worker-%d-".formatted(ProcessHandle.current().pid());
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith(name))
                    .collect(Collectors.toSet());
        }
    }

    /** Starts a run of the name of its model and waits for its end. */
    private JsonNode end(String model, String more) throws Exception {
        HttpResponse<String> started = post(
                "v1/runs",
                "{\"model\":\"%s\",\"quiz\":\"quiz\",\"name\":\"%s\"%s%s}"
                        .formatted(model, model, more.contains("limit") ? "" : ",\"limit\":1", more));
        assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
        return ended(model);
    }

    private JsonNode ended(String name) throws Exception {
        while (true) {
            JsonNode run = show(name);
            if (List.of("complete", "cancelled", "failed")
                    .contains(run.path("status").asText())) {
                return run;
            }
            Thread.sleep(20);
        }
    }

    private JsonNode show(String name) throws Exception {
        return JSON.readTree(
                client.send(HttpRequest.newBuilder(uri("v1/runs/" + name)).build(), BodyHandlers.ofString())
                        .body());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return server.orElseThrow().uri().resolve(path);
    }
}
