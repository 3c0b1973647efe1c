package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.base.Resources;
import io.gatehouse.server.AccessSettings;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.JavaCommand;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.store.SeededFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official Python client of the Model Context Protocol asks a server, in the revisions with and without a handshake, and
 * {@code gatehouse mcp}. Skips without the package mcp 2; {@code -Dgatehouse.test.mcp.python} names a Python that has it.
 */
final class TestMcpClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PYTHON = System.getProperty("gatehouse.test.mcp.python", "python3");
    private static final String TOKEN = "token-of-the-mcp-client";

    @TempDir
    private Path directory;

    private Path database;

    @BeforeEach
    void write() {
        database = directory.resolve("seeded.duckdb");
        SeededFile.write(database);
    }

    @Test
    void asksAServer() throws Exception {
        assumeClient();
        try (Store store = Store.open(database);
                QueryEngine engine = new QueryEngine(store);
                GatehouseServer server = GatehouseServer.start(
                        store,
                        engine,
                        RecordCopy.of(
                                ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test"),
                                Map.of(
                                        "access",
                                        new AccessSettings(Optional.of(TOKEN), Optional.empty(), false, List.of()))),
                        RunPlanner.NONE)) {
            String address = server.uri().resolve("mcp").toString();
            requireAnswers("2025-11-25", client("legacy", address, TOKEN));
            requireAnswers("2026-07-28", client("auto", address, TOKEN));
        }
    }

    @Test
    void asksTheCommand() throws Exception {
        assumeClient();
        requireAnswers("2026-07-28", client("auto", command()));
    }

    /** Without a client, too: lines in, lines out, and nothing else on standard output. */
    @Test
    void theCommandAnswersLineByLine() throws Exception {
        Process process = new ProcessBuilder(command())
                .redirectError(directory.resolve("err.txt").toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write("""
                    {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}
                    {"jsonrpc":"2.0","method":"notifications/initialized"}

                    {"jsonrpc":"2.0","id":"sum","method":"tools/call","params":{"name":"query","arguments":{"sql":"SELECT 1 + 1 AS two"}}}
                    {"jsonrpc":"2.0","id":"long","method":"tools/call","params":{"name":"query","arguments":{"sql":"SELECT sum(a.token_id * b.token_id + c.token_id * d.token_id + e.token_id) FROM tokens a, tokens b, tokens c, tokens d, tokens e"}}}
                    no message
                    {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"long"}}
                    """.getBytes(StandardCharsets.UTF_8));
        }
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        for (String line : new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            JsonNode answer = JSON.readTree(line);
            answers.put(answer.path("id").asText(), answer);
        }
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(answers).containsOnlyKeys("1", "sum", "null");
        assertThat(of(answers, "1").at("/result/protocolVersion").asText()).isEqualTo("2025-06-18");
        assertThat(of(answers, "sum").at("/result/structuredContent/rows").toString())
                .isEqualTo("[[2]]");
        assertThat(of(answers, "null").at("/error/code").asInt()).isEqualTo(-32_700);
    }

    /** Whatever encoding the locale has. */
    @Test
    void theCommandAnswersInUtf8() throws Exception {
        for (String locale : List.of("C", "POSIX", "C.UTF-8")) {
            ProcessBuilder builder = new ProcessBuilder(command())
                    .redirectError(directory.resolve("err.txt").toFile());
            builder.environment().put("LC_ALL", locale);
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write("""
                        {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query","arguments":{"sql":"SELECT 'Größe 東京 🙂' AS text"}}}
                        """.getBytes(StandardCharsets.UTF_8));
            }
            byte[] answer = process.getInputStream().readAllBytes();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(JSON.readTree(new String(answer, StandardCharsets.UTF_8))
                            .at("/result/structuredContent/rows/0/0")
                            .asText())
                    .as(locale)
                    .isEqualTo("Größe 東京 🙂");
        }
    }

    private static JsonNode of(Map<String, JsonNode> answers, String id) {
        return requireNonNull(answers.get(id), id);
    }

    private static void requireAnswers(String protocol, Map<String, JsonNode> answers) {
        assertThat(of(answers, "server").path("name").asText()).isEqualTo("gatehouse");
        assertThat(of(answers, "server").path("protocol").asText()).isEqualTo(protocol);
        assertThat(of(answers, "tools").toString()).isEqualTo("[\"query\",\"describe\",\"examples\",\"study\"]");
        assertThat(of(answers, "query").at("/structured/rows").toString()).isEqualTo("[[1,\"first\"]]");
        assertThat(of(answers, "parameters").at("/structured/rows/0/0").asInt()).isPositive();
        assertThat(of(answers, "limit").at("/structured/truncated").asBoolean()).isTrue();
        assertThat(of(answers, "wrong").path("text").asText())
                .startsWith("SQL_VALIDATION: Column 'layr' not found in any table; did you mean 'layer'?");
        assertThat(of(answers, "write").path("text").asText()).startsWith("SQL_READ_ONLY: ");
        assertThat(of(answers, "describe").at("/structured/relations/0/name").asText())
                .isEqualTo("layer_load");
        assertThat(of(answers, "examples").at("/structured/examples")).isNotEmpty();
        assertThat(of(answers, "study").at("/structured/run").asText()).isEqualTo("first");
        for (String refused : List.of("wrong", "write")) {
            assertThat(of(answers, refused).path("isError").asBoolean()).isTrue();
        }
    }

    private String[] command() {
        return JavaCommand.of(Gatehouse.class, List.of(), "mcp", "--db", database.toString())
                .toArray(String[]::new);
    }

    private void assumeClient() throws Exception {
        boolean found;
        try {
            found = run("-c", "import mcp, httpx2; mcp.Client").exitCode() == 0;
        } catch (IOException e) {
            // No Python at all.
            found = false;
        }
        assumeTrue(found, PYTHON + " has no package mcp 2 (pip install mcp)");
    }

    private Map<String, JsonNode> client(String mode, String... transport) throws Exception {
        Path script = directory.resolve("mcp_client.py");
        Files.writeString(script, Resources.text(TestMcpClient.class, "mcp_client.py"));
        CommandOutcome outcome = run(Stream.concat(Stream.of(script.toString(), mode), Stream.of(transport))
                .toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        for (String line : outcome.out().lines().toList()) {
            JsonNode answer = JSON.readTree(line);
            answers.put(answer.path("step").asText(), answer.path("value"));
        }
        return answers;
    }

    private CommandOutcome run(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(PYTHON));
        words.addAll(List.of(arguments));
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("python.txt");
        Process process = new ProcessBuilder(words)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new CommandOutcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
