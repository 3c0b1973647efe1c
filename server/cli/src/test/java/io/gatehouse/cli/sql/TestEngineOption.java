package io.gatehouse.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.cli.CommandOutcome;
import io.gatehouse.cli.SparkHome;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExportListener;
import io.gatehouse.testing.ConnectServer;
import io.gatehouse.testing.store.SeededFile;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code --engine} by the launcher, with what a SPARK_HOME has and a Spark Connect server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class TestEngineOption {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACTIVATIONS =
            "SELECT layer, expert, count(*) AS n FROM activations WHERE layer < 2 GROUP BY ALL ORDER BY ALL";

    private final HttpClient client = HttpClient.newHttpClient();
    private Path folder = Path.of("");
    private Path file = Path.of("");
    private String directory = "";
    private SparkHome home;
    private ConnectServer spark;
    private Process server;
    private BufferedReader out;
    private URI uri = URI.create("");

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        file = folder.resolve("seeded.duckdb");
        SeededFile.write(file);
        directory = folder.resolve("exported").toString();
        Store.export(file, Path.of(directory), ExportListener.none());
        home = new SparkHome(folder);
        spark = ConnectServer.start(folder);
        server = home.gatehouse("serve", "--db", directory, "--engine", spark.address(), "--port", "0")
                .redirectError(folder.resolve("err").toFile())
                .start();
        out = server.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).startsWith("Gatehouse serves " + directory);
        uri = URI.create(out.readLine().strip());
    }

    @AfterAll
    void stop() throws Exception {
        server.destroy();
        server.waitFor();
        spark.close();
        assertThat(folder.resolve("err")).hasContent("");
    }

    @Test
    void asksSparkFromTheCommandLine() throws Exception {
        CommandOutcome here = CommandOutcome.of("sql", "--db", file.toString(), "--format", "csv", "-c", ACTIVATIONS);
        assertThat(here.out().lines()).hasSizeGreaterThan(2);
        Process process = home.gatehouse(
                        "sql", "--db", directory, "--engine", spark.address(), "--format", "csv", "-c", ACTIVATIONS)
                .start();
        assertThat(process.inputReader(StandardCharsets.UTF_8).lines())
                .containsExactlyElementsOf(here.out().lines().toList());
        assertThat(process.errorReader(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith((here.out().lines().count() - 1) + " rows, ");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void saysThatItNeedsSparkHome() throws Exception {
        ProcessBuilder command =
                home.gatehouse("sql", "--db", directory, "--engine", spark.address(), "-c", "SELECT 1");
        command.environment().remove("SPARK_HOME");
        Process process = command.start();
        assertThat(process.errorReader(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("error: Spark's client is not on the class path: set SPARK_HOME to a Spark 4.2");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void saysWhatSparkHomeLacks() throws Exception {
        ProcessBuilder command =
                home.gatehouse("sql", "--db", directory, "--engine", spark.address(), "-c", "SELECT 1");
        command.environment().put("SPARK_HOME", folder.toString());
        Process process = command.start();
        assertThat(process.errorReader(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("gatehouse: SPARK_HOME is %s, which has no jars/connect-repl/".formatted(folder));
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void readsNoDatabaseFileByAnotherEngine() {
        CommandOutcome refused =
                CommandOutcome.of("sql", "--db", file.toString(), "--engine", spark.address(), "-c", "SELECT 1");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("%s is a file".formatted(file), "write one with gatehouse export");
    }

    @Test
    void servesNoDatabaseFileByAnotherEngine() {
        CommandOutcome refused =
                CommandOutcome.of("serve", "--db", file.toString(), "--engine", spark.address(), "--port", "0");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .isEqualToIgnoringNewLines("error: --engine needs a directory that gatehouse export wrote.");
    }

    @Test
    void writesRowsAsTexts() throws Exception {
        String question = "SELECT question_id, subject FROM questions ORDER BY question_id";
        JsonNode cut = JSON.readTree(ask("json", question, "\"limit\":2").body());
        assertThat(cut.path("rows")).hasSize(2);
        assertThat(cut.path("truncated").booleanValue()).isTrue();
        assertThat(ask("ndjson", question, "\"limit\":1").body())
                .startsWith("{\"question_id\":")
                .hasLineCount(1);
        assertThat(ask("csv", question, "\"limit\":1").body().lines())
                .hasSize(2)
                .contains("question_id,subject");
    }

    @Test
    void writesAnArrowStream() throws Exception {
        byte[] body =
                bytes("arrow", "SELECT layer, experts, entropy, count(*) OVER () AS n FROM token_routing LIMIT 3");
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(body), allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            assertThat(reader.getVectorSchemaRoot().getRowCount()).isEqualTo(3);
            assertThat(reader.getVectorSchemaRoot().getVector("n").getObject(0))
                    .isEqualTo((long) SeededFile.QUESTIONS * 5 * SeededFile.LAYERS);
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void writesAParquetFile() throws Exception {
        Path parquet = folder.resolve("answer.parquet");
        Files.write(parquet, bytes("parquet", "SELECT question_id, choices FROM questions"));
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT count(*), any_value(choices) FROM '%s'".formatted(parquet))) {
            rows.next();
            assertThat(rows.getInt(1)).isEqualTo(SeededFile.QUESTIONS);
            assertThat(rows.getString(2)).isEqualTo("[one, two, three, four]");
        }
    }

    @Test
    void takesParameters() throws Exception {
        HttpResponse<String> answer = ask(
                "json",
                "SELECT count(*) AS n FROM questions WHERE subject = ? AND question_id < ?",
                "\"parameters\":[\"colours\",12]");
        assertThat(JSON.readTree(answer.body()).at("/rows/0/0").intValue()).isEqualTo(4);
        HttpResponse<String> named = ask(
                "json",
                "SELECT count(*) AS n FROM questions WHERE subject = :subject AND question_id < :n AND :n > 0",
                "\"parameters\":{\"subject\":\"colours\",\"n\":12}");
        assertThat(JSON.readTree(named.body()).at("/rows/0/0").intValue()).isEqualTo(4);
    }

    @Test
    void showsTheRollupThatAnswers() throws Exception {
        assertThat(ask("csv", "EXPLAIN SELECT layer, count(*) AS n FROM activations GROUP BY layer", "\"limit\":9")
                        .body())
                .contains("rollup,layer_usage")
                .contains("spark_sql");
    }

    @Test
    void refusesByName() throws Exception {
        HttpResponse<String> refused = ask("json", "SUMMARIZE questions", "\"limit\":9");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("SQL_NOT_SUPPORTED", "SUMMARIZE is not available on Spark.");
    }

    /** A thousand times a thousand rows of which no pair fits, again and again. */
    private static final String ENDLESS = "SELECT count(*) FROM activations AS a, activations AS b, activations AS c"
            + " WHERE a.weight + b.weight + c.weight < 0";

    @Test
    void endsWhatRunsTooLong() throws Exception {
        HttpResponse<String> late = ask("json", ENDLESS, "\"timeout\":1");
        assertThat(late.statusCode()).isEqualTo(504);
        assertThat(late.body()).contains("QUERY_TIMEOUT");
    }

    @Test
    void cancels() throws Exception {
        CompletableFuture<HttpResponse<String>> endless =
                client.sendAsync(request("csv", ENDLESS, "\"limit\":7"), BodyHandlers.ofString());
        JsonNode query = running();
        while (query.isMissingNode()) {
            query = running();
        }
        HttpRequest cancel = HttpRequest.newBuilder(
                        uri.resolve("v1/queries/" + query.path("queryId").asText()))
                .DELETE()
                .build();
        assertThat(client.send(cancel, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
        assertThat(endless.get().body()).contains("CANCELLED_BY_USER");
        assertThat(ask("csv", "SELECT sum(ordinal) AS n FROM questions", "\"limit\":1")
                        .statusCode())
                .isEqualTo(200);
    }

    /** The query with the limit of its own, once it runs. */
    private JsonNode running() throws Exception {
        HttpRequest list = HttpRequest.newBuilder(uri.resolve("v1/queries")).build();
        for (JsonNode query :
                JSON.readTree(client.send(list, BodyHandlers.ofString()).body()).path("queries")) {
            if (query.path("state").asText().equals("running")
                    && query.path("limit").intValue() == 7) {
                return query;
            }
        }
        return JSON.missingNode();
    }

    private HttpResponse<String> ask(String format, String sql, String field) throws Exception {
        return client.send(request(format, sql, field), BodyHandlers.ofString());
    }

    private byte[] bytes(String format, String sql) throws Exception {
        HttpResponse<byte[]> answer = client.send(request(format, sql, "\"limit\":1000"), BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private HttpRequest request(String format, String sql, String field) {
        return HttpRequest.newBuilder(uri.resolve("v1/query?format=" + format))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"sql\":\"%s\",%s}".formatted(sql, field)))
                .build();
    }
}
