package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server in the middle of a run, starts it again, and starts the run again: nothing is lost, nothing doubled.
 * {@code -Dgatehouse.test.kills=12} kills it more often.
 */
@Timeout(600)
final class TestKilledServer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
    private static final int KILLS = Integer.getInteger("gatehouse.test.kills", 1);
    private static final long SEED = Long.getLong("gatehouse.test.seed", 20_261_125);
    private static final int QUESTIONS = Math.min(1280, 320 * KILLS);
    private static final int LONGEST_DELAY_MILLIS = 200;
    private static final String RUN =
            "{\"model\":\"model\",\"quiz\":\"quiz\",\"name\":\"r\",\"limit\":%d}".formatted(QUESTIONS);

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
        Random random = new Random(SEED);
        long kept = 0;
        for (int kill = 0; kill < KILLS && kept < QUESTIONS; kill++) {
            long seen = runUntilKilled(killed, kept, random.nextInt(LONGEST_DELAY_MILLIS));
            assertThat(seen).as("kill %d, seed %d", kill, SEED).isGreaterThan(kept);
            kept = seen;
        }
        String all = "\"answered\":" + QUESTIONS;
        assertThat(runToTheEnd(killed)).contains(all);
        assertThat(runToTheEnd(whole)).contains(all);
        assertThat(hash(killed)).isEqualTo(hash(whole));
    }

    /** Goes on with the run until it has committed something more, and then a little longer; returns what was seen. */
    private long runUntilKilled(Path file, long kept, int delayMillis) throws Exception {
        Process server = serve(file);
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            URI uri = uri(out);
            assertThat(answers(uri)).as("what was committed before the kill").isGreaterThanOrEqualTo(kept);
            post(uri, "v1/runs", RUN);
            long seen = answers(uri);
            while (seen <= kept) {
                // Workers have a lower priority: asking without a pause takes the core from them.
                Thread.sleep(20);
                seen = answers(uri);
            }
            Thread.sleep(delayMillis);
            return seen;
        } finally {
            server.destroyForcibly().waitFor();
        }
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

    private Process serve(Path file) throws Exception {
        List<String> command = JavaCommand.of(
                Gatehouse.class,
                // A killed process cannot clear its temporary files up.
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
