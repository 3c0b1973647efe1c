package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import io.gatehouse.testing.store.SeededFile;
import java.io.BufferedReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Serves from a process of its own, as users do. */
@Timeout(120)
final class TestServeCommand {
    private static final int TERMINATED = 128 + 15;
    private static final Path MODEL = Path.of(System.getProperty("gatehouse.root"), "core", "sample", "model");

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void seed() {
        file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
    }

    @Test
    void saysWhatItServesWhereAndStopsInOrder() throws Exception {
        Path err = folder.resolve("err");
        Process server = command("--db", file.toString(), "--port", "0")
                .redirectError(err.toFile())
                .start();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).matches("Gatehouse serves \\Q%s\\E \\(1 run, [0-9.]+ MB\\)".formatted(file));
            URI uri = URI.create(out.readLine().strip());
            assertThat(uri.toString()).matches("http://127\\.0\\.0\\.1:[0-9]+/");
            assertThat(out.readLine())
                    .matches("Limits: 60 s for a query, [0-9.]+ GB of memory; all limits: \\Q%sv1/health\\E"
                            .formatted(uri));
            assertThat(out.readLine()).isEqualTo("Press Ctrl-C to stop.");
            assertThat(Path.of(file + ".server")).exists();
            HttpResponse<String> health = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri.resolve("v1/health")).build(), BodyHandlers.ofString());
            assertThat(health.body()).contains("\"status\":\"ok\"");
            server.destroy();
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            server.destroyForcibly();
        }
        assertThat(server.exitValue()).isEqualTo(TERMINATED);
        assertThat(err).isEmptyFile();
        assertThat(Path.of(file + ".server")).doesNotExist();
        assertThat(Files.exists(Path.of(file + ".wal")))
                .as("a write-ahead log was left behind")
                .isFalse();
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).hasSize(1);
        }
    }

    @Test
    void makesAFileIfAsked() throws Exception {
        Path fresh = folder.resolve("fresh.duckdb");
        CommandOutcome missing = CommandOutcome.of("serve", "--db", fresh.toString(), "--port", "0");
        assertThat(missing.err()).isEqualTo("error: There is no database file %s.%n", fresh);
        Process server =
                command("--create", "--db", fresh.toString(), "--port", "0").start();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).matches("Gatehouse serves \\Q%s\\E \\(0 runs, [0-9.]+ MB\\)".formatted(fresh));
            server.destroy();
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void refusesAtItsStartWhatModelsCannotBeComputedWith() {
        requireRefused("Unknown precision 'half'; choose one of exact, balanced, fast", "--precision", "half");
        requireRefused(
                "Unknown device 'tpu'; use cpu, gpu or gpu:N, where N is the number of a GPU", "--device", "tpu");
        requireRefused("TensorFlow finds no device gpu:77 on this machine", "--device", "gpu:77");
        requireRefused(
                "A server with --model needs at least 2,000,000,000 bytes of memory, a quarter of it for the process of a model, but has 1,000,000,000: increase --memory.",
                "--memory",
                "1GB");
    }

    @Test
    void answersInTheLeastMemory() throws Exception {
        Process server = command("--db", file.toString(), "--port", "0", "--memory", "2GB", "--model", MODEL.toString())
                .start();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            out.readLine();
            URI uri = URI.create(out.readLine().strip());
            assertThat(out.readLine()).startsWith("Limits: 60 s for a query, 2.0 GB of memory; ");
            assertThat(out.readLine()).isEqualTo("Models: " + MODEL.getFileName());
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(uri.resolve("v1/completions"))
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString("{\"prompt\": \"What is 3 + 4?\", \"n\": 64}"))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private void requireRefused(String message, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("serve", "--db", file.toString(), "--port", "0", "--model", MODEL.toString()));
        arguments.addAll(List.of(options));
        CommandOutcome outcome = CommandOutcome.of(arguments.toArray(String[]::new));
        assertThat(outcome.err()).startsWith("error: " + message);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void listensForPostgresClients() throws Exception {
        Process server = command("--db", file.toString(), "--port", "0", "--pg-port", "0")
                .start();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            out.readLine();
            out.readLine();
            URI uri = URI.create(out.readLine().strip());
            assertThat(uri.toString()).matches("postgresql://127\\.0\\.0\\.1:[0-9]+/");
            try (Socket client = new Socket(uri.getHost(), uri.getPort())) {
                // SSLRequest: without a certificate the answer is N.
                client.getOutputStream().write(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});
                assertThat(client.getInputStream().read()).isEqualTo('N');
            }
            server.destroy();
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void tellsAQueryThatItsTimeIsOver() throws Exception {
        Process server = command("--db", file.toString(), "--port", "0").start();
        try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
            out.readLine();
            URI uri = URI.create(out.readLine().strip());
            HttpClient client = HttpClient.newHttpClient();
            CompletableFuture<HttpResponse<String>> endless = client.sendAsync(
                    HttpRequest.newBuilder(uri.resolve("v1/query"))
                            .header("Content-Type", "application/sql")
                            .POST(BodyPublishers.ofString("SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id"
                                    + " + e.token_id + f.token_id) FROM tokens a, tokens b, tokens c, tokens d,"
                                    + " tokens e, tokens f"))
                            .build(),
                    BodyHandlers.ofString());
            HttpRequest health =
                    HttpRequest.newBuilder(uri.resolve("v1/health")).build();
            while (!client.send(health, BodyHandlers.ofString()).body().contains("\"runningQueries\":1")) {
                Thread.sleep(20);
            }
            // Process.destroy would close what is read here.
            assertThat(server.toHandle().destroy()).isTrue();
            assertThat(out.lines().filter(line -> line.startsWith("Stopping")))
                    .containsExactly(
                            "Stopping: waiting up to 5 s for queries (1) and up to 15 s for the shards of runs (0).");
            assertThat(endless.get().statusCode()).isEqualTo(409);
            assertThat(server.waitFor()).isEqualTo(TERMINATED);
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void saysThatThePasswordIsNotThatOfTheKeys() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        Path keystore = folder.resolve("server.p12");
        try (OutputStream out = Files.newOutputStream(keystore)) {
            keys.store(out, "right".toCharArray());
        }
        Path password = Files.writeString(folder.resolve("password"), "wrong");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        assertFails(
                1,
                "error: The password is not that of %s.".formatted(keystore),
                "--db",
                file.toString(),
                "--port",
                "0",
                "--tls-keystore",
                keystore.toString(),
                "--tls-password-file",
                password.toString());
    }

    @Test
    void namesThePortThatIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(other.getLocalPort());
            assertFails(
                    4,
                    "error: Cannot listen at 127.0.0.1:%s: Address already in use.".formatted(port),
                    "--db",
                    file.toString(),
                    "--port",
                    port);
        }
    }

    @Test
    void refusesTheNetwork() throws Exception {
        assertFails(
                1,
                "error: Host 0.0.0.0 would open the data to everyone who reaches it: give clients a token with"
                        + " --token-file.",
                "--db",
                file.toString(),
                "--host",
                "0.0.0.0");
    }

    @Test
    void namesTheFileThatIsMissing() throws Exception {
        Path missing = folder.resolve("missing.duckdb");
        Process process = command("--db", missing.toString()).start();
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(process.errorReader(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains(missing.toString());
        assertThat(missing).doesNotExist();
    }

    private static void assertFails(int exitCode, String error, String... arguments) throws Exception {
        Process process = command(arguments).start();
        assertThat(process.waitFor()).isEqualTo(exitCode);
        assertThat(process.errorReader(StandardCharsets.UTF_8).lines()).containsExactly(error);
        assertThat(process.inputReader(StandardCharsets.UTF_8).lines()).isEmpty();
    }

    private static ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(JavaCommand.of(Gatehouse.class, List.of(), "serve"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
