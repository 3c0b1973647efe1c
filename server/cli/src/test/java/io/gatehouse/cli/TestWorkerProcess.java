package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server of its own process, which runs a model and loads nothing that reads one; its workers end with it. */
@Timeout(300)
final class TestWorkerProcess {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core/sample");

    @TempDir
    private Path folder = Path.of("");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void theServerLoadsNothingThatReadsModelsAndItsWorkersEndWithIt() throws Exception {
        Process server = serve();
        List<ProcessHandle> workers = List.of();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            URI uri = uri(out);
            post(uri, "{\"model\":\"model\",\"quiz\":\"quiz\",\"name\":\"short\",\"limit\":64}");
            assertThat(ended(uri, "short")).isEqualTo("complete");
            assertLoadsNothingThatReadsModels(server.pid());
            post(uri, "{\"model\":\"model\",\"quiz\":\"quiz\",\"name\":\"long\"}");
            while (!show(uri, "long").path("status").asText().equals("running")) {
                Thread.sleep(50);
            }
            workers = server.descendants().toList();
            assertThat(workers).isNotEmpty();
        } finally {
            server.destroyForcibly().waitFor();
        }
        for (ProcessHandle worker : workers) {
            worker.onExit().get();
        }
    }

    private static void assertLoadsNothingThatReadsModels(long pid) throws IOException {
        Path maps = Path.of("/proc/%d/maps".formatted(pid));
        // Only Linux has it.
        if (Files.exists(maps)) {
            assertThat(Files.readAllLines(maps))
                    .as("libraries of the server's process")
                    .noneMatch(line -> line.matches(".*(tensorflow|tokenizers|djl|javacpp|jnimkl|mkldnn).*[.]so.*"));
        }
        assertThat(loaded(pid))
                .as("classes of the server's process")
                .anyMatch(name -> name.startsWith("io.gatehouse.worker.RunWorker"))
                .noneMatch(name -> name.startsWith("org.tensorflow.")
                        || name.startsWith("ai.djl.")
                        || name.startsWith("org.bytedeco.")
                        || name.startsWith("com.hubspot.jinjava.")
                        || name.startsWith("io.gatehouse.dataset.")
                        || name.equals("io.gatehouse.checkpoint.JsonFile")
                        || name.equals("io.gatehouse.engine.DecoderGraph"));
    }

    private static List<String> loaded(long pid) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "VM.class_hierarchy")
                .start();
        try (BufferedReader lines = jcmd.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines()
                    .map(line -> line.replaceAll("^[|\\- ]*", "").replaceAll("/.*", ""))
                    .collect(Collectors.toList());
        }
    }

    private String ended(URI uri, String run) throws Exception {
        while (true) {
            String status = show(uri, run).path("status").asText();
            if (List.of("complete", "failed", "cancelled").contains(status)) {
                return status;
            }
            Thread.sleep(50);
        }
    }

    private JsonNode show(URI uri, String run) throws Exception {
        return JSON.readTree(client.send(
                        HttpRequest.newBuilder(uri.resolve("v1/runs/" + run)).build(), BodyHandlers.ofString())
                .body());
    }

    private void post(URI uri, String body) throws Exception {
        assertThat(client.send(
                                HttpRequest.newBuilder(uri.resolve("v1/runs"))
                                        .header("Content-Type", "application/json")
                                        .POST(BodyPublishers.ofString(body))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(202);
    }

    private static URI uri(BufferedReader out) throws IOException {
        out.readLine();
        return URI.create(out.readLine().strip());
    }

    private Process serve() throws IOException {
        Path file = folder.resolve("served.duckdb");
        Store.create(file).close();
        List<String> command = JavaCommand.of(
                Gatehouse.class,
                List.of("-Djava.io.tmpdir=" + folder),
                "serve",
                "--port",
                "0",
                "--db",
                file.toString(),
                "--model",
                SAMPLE.resolve("model").toString(),
                "--quiz",
                SAMPLE.resolve("quiz").toString());
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
