package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.store.Store;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills a server in the middle of a run, starts it again, and starts the run again: nothing is lost, nothing doubled. */
@Timeout(180)
final class TestKilledServer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
    private static final String RUN = "{\"model\":\"model\",\"quiz\":\"quiz\",\"name\":\"r\",\"limit\":640}";

    @TempDir
    private Path folder = Path.of("");

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void goesOnWhereItWasKilled() throws Exception {
        Path killed = folder.resolve("killed.duckdb");
        Path whole = folder.resolve("whole.duckdb");
        for (Path file : List.of(killed, whole)) {
            Store.create(file).close();
        }
        Process first = serve(killed);
        long before;
        try (BufferedReader out = first.inputReader(StandardCharsets.UTF_8)) {
            URI uri = uri(out);
            post(uri, "v1/runs", RUN);
            do {
                before = answers(uri);
            } while (before == 0);
        } finally {
            first.destroyForcibly().waitFor();
        }
        assertThat(before).isLessThan(640);
        assertThat(runToTheEnd(killed)).contains("\"answered\":640");
        assertThat(runToTheEnd(whole)).contains("\"answered\":640");
        assertThat(hash(killed)).isEqualTo(hash(whole));
    }

    private String runToTheEnd(Path file) throws Exception {
        Process server = serve(file);
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            URI uri = uri(out);
            post(uri, "v1/runs", RUN);
            while (true) {
                String run = client.send(
                                HttpRequest.newBuilder(uri.resolve("v1/runs/r")).build(), BodyHandlers.ofString())
                        .body();
                String status = JSON.readTree(run).path("status").asText();
                assertThat(status).isNotEqualTo("failed");
                if (status.equals("complete")) {
                    return run;
                }
                Thread.sleep(50);
            }
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private long answers(URI uri) throws Exception {
        String answer = post(uri, "v1/query", "{\"sql\":\"SELECT count(*) FROM answers\"}");
        return JSON.readTree(answer).at("/rows/0/0").longValue();
    }

    private String post(URI uri, String path, String body) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(uri.resolve(path))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static URI uri(BufferedReader out) throws Exception {
        out.readLine();
        return URI.create(out.readLine().strip());
    }

    private static String hash(Path file) {
        try (Store store = Store.open(file)) {
            assertThat(store.verify().problems()).isEmpty();
            return store.verify().runs().get(0).hash();
        }
    }

    private static Process serve(Path file) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Gatehouse.class.getName(),
                "serve",
                "--port",
                "0",
                "--db",
                file.toString(),
                "--model",
                SAMPLE.resolve("model").toString(),
                "--quiz",
                SAMPLE.resolve("quiz").toString()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
