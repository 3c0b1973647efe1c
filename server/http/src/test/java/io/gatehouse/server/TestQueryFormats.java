package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.store.SeededFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The formats that rows can be had in, and how a client asks for one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestQueryFormats {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KINDS = """
            SELECT 1 AS i, CAST(9007199254740993 AS BIGINT) AS l, 0.1::FLOAT AS f, 1e300::DOUBLE AS d,
              CAST(1.50 AS DECIMAL(10, 2)) AS c, 'a,"b"' AS t, NULL AS n, '' AS e, TRUE AS b, DATE '2026-11-24' AS day,
              [1, 2] AS xs, '日本' AS u""";

    private TestingServer server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = TestingServer.start(folder);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void writesCsv() throws Exception {
        HttpResponse<String> response = accepting("text/csv", KINDS);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/csv; charset=utf-8; header=present");
        assertThat(response.body())
                .isEqualTo("i,l,f,d,c,t,n,e,b,day,xs,u\r\n"
                        + "1,9007199254740993,0.1,1.0E300,1.50,\"a,\"\"b\"\"\",,\"\",true,2026-11-24,\"[1,2]\",日本\r\n");
    }

    @Test
    void writesLatex() throws Exception {
        HttpResponse<String> response = accepting("text/x-tex", KINDS);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/x-tex; charset=utf-8");
        assertThat(response.body()).isEqualTo("""
                %% %s
                \\begin{tabular}{rrrrrlllllll}
                \\toprule
                i & l & f & d & c & t & n & e & b & day & xs & u \\\\
                \\midrule
                1 & 9007199254740993 & 0.1 & 1.0E300 & 1.50 & a,\\string"b\\string" & -- &  & true & 2026-11-24 & [1,2] & 日本 \\\\
                \\bottomrule
                \\end{tabular}
                %% 1 row
                """.formatted(KINDS.replace("\n", "\n% ")));
        String cut = "format=latex&limit=1&parameters=%5B%22first%22%5D&sql=";
        assertThat(get(cut, "SELECT expert FROM experts WHERE ? = 'first'").body())
                .contains("% Parameters: [\"first\"]\n")
                .endsWith("% 1 row, cut by the limit\n");
    }

    @Test
    void writesALineOfJsonPerRow() throws Exception {
        HttpResponse<String> response =
                accepting("application/x-ndjson", "SELECT run_id, run_id, name FROM runs UNION ALL SELECT 2, 3, 'x'");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        assertThat(response.body().lines())
                .containsExactlyInAnyOrder(
                        "{\"run_id\":1,\"run_id_1\":1,\"name\":\"first\"}",
                        "{\"run_id\":2,\"run_id_1\":3,\"name\":\"x\"}");
        assertThat(response.body()).endsWith("}\n");
        assertThat(accepting("application/x-ndjson", "SELECT run_id FROM runs WHERE run_id = 99")
                        .body())
                .isEmpty();
    }

    /** Intervals, and times that Java has not, are the texts of SQL; in Parquet an interval is one. */
    @Test
    void writesIntervalsAndInfinities(@TempDir Path folder) throws Exception {
        String sql = """
                SELECT INTERVAL '14 months 3 days 04:05:06.7' AS i, CAST('infinity' AS TIMESTAMP) AS t,
                    CAST('-infinity' AS DATE) AS d, CAST('24:00:00' AS TIME) AS e, [INTERVAL '-1 hour'] AS l""";
        assertThat(accepting("text/csv", sql).body().lines().skip(1))
                .containsExactly(
                        "1 year 2 months 3 days 04:05:06.7,infinity,-infinity,24:00:00,\"[\"\"-01:00:00\"\"]\"");
        assertThat(accepting("application/x-ndjson", sql).body().strip())
                .isEqualTo("{\"i\":\"1 year 2 months 3 days 04:05:06.7\",\"t\":\"infinity\",\"d\":\"-infinity\","
                        + "\"e\":\"24:00:00\",\"l\":[\"-01:00:00\"]}");
        HttpResponse<byte[]> parquet = server.bytes(
                "v1/query?format=parquet&sql=" + encoded("SELECT INTERVAL '14 months 3 days 04:05:06.7' AS i"));
        Path file = Files.write(folder.resolve("intervals.parquet"), parquet.body());
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery("SELECT i, typeof(i) FROM '%s'".formatted(file))) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo("1 year 2 months 3 days 04:05:06.7");
            assertThat(rows.getString(2)).isEqualTo("INTERVAL");
        }
    }

    @Test
    void writesAnArrowStream() throws Exception {
        HttpResponse<byte[]> response = server.bytes("v1/query?format=arrow&sql=" + encoded(KINDS));
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/vnd.apache.arrow.stream");
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader =
                        new ArrowStreamReader(new ByteArrayInputStream(response.body()), allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            assertThat(root.getSchema().getFields())
                    .extracting(field -> field.getName())
                    .containsExactly("i", "l", "f", "d", "c", "t", "n", "e", "b", "day", "xs", "u");
            assertThat(root.getVector("l").getObject(0)).isEqualTo(9007199254740993L);
            assertThat(root.getVector("u").getObject(0)).hasToString("日本");
            assertThat(root.getVector("n").isNull(0)).isTrue();
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void writesAnArrowStreamOfNoRows() throws Exception {
        HttpResponse<byte[]> response =
                server.bytes("v1/query?format=arrow&sql=" + encoded("SELECT name FROM runs WHERE run_id = 99"));
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader =
                        new ArrowStreamReader(new ByteArrayInputStream(response.body()), allocator)) {
            assertThat(reader.getVectorSchemaRoot().getSchema().findField("name"))
                    .isNotNull();
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void writesAParquetFileThatDuckDbReads(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("experts.parquet");
        String sql = "SELECT e.*, [layer, expert] AS pair, 'x' || expert::VARCHAR AS t FROM experts AS e";
        HttpResponse<byte[]> response = server.bytes("v1/query?format=parquet&sql=" + encoded(sql));
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/vnd.apache.parquet");
        Files.write(file, response.body());
        long expected = 2L * SeededFile.LAYERS * SeededFile.EXPERTS;
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*), sum(pair[2] = expert), sum(t = 'x' || expert) FROM '%s'".formatted(file))) {
            rows.next();
            assertThat(rows.getLong(1)).isEqualTo(expected);
            assertThat(rows.getLong(2)).isEqualTo(expected);
            assertThat(rows.getLong(3)).isEqualTo(expected);
        }
    }

    @Test
    void endsAParquetFileAtTheLimit(@TempDir Path folder) throws Exception {
        // More than a batch of Arrow and than a row group of Parquet, so that the cut is in the middle of both.
        long limit = 150_001;
        String large = "SELECT row_number() OVER () AS n, a.weight FROM activations a, activations b LIMIT 400000";
        HttpResponse<byte[]> response = server.bytes("v1/query?format=parquet&limit=150001&sql=" + encoded(large));
        assertThat(response.statusCode()).isEqualTo(200);
        Path file = Files.write(folder.resolve("cut.parquet"), response.body());
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*), count(DISTINCT n), (SELECT sum(row_group_num_rows) FROM (SELECT DISTINCT"
                                + " row_group_id, row_group_num_rows FROM parquet_metadata('%1$s'))) FROM '%1$s'"
                                        .formatted(file))) {
            rows.next();
            assertThat(rows.getLong(1)).isEqualTo(limit);
            assertThat(rows.getLong(2)).isEqualTo(limit);
            assertThat(rows.getLong(3)).as("rows of the footer").isEqualTo(limit);
        }
    }

    @Test
    void saysInEveryFormatThatTheLimitCutTheResult() throws Exception {
        for (String format : new String[] {"json", "ndjson", "csv", "arrow", "parquet", "latex"}) {
            assertCut(format, 10, true);
            assertCut(format, 2 * SeededFile.LAYERS * SeededFile.EXPERTS, false);
        }
        assertCut("csv", 0, false);
    }

    private void assertCut(String format, int limit, boolean cut) throws Exception {
        String asked = limit == 0 ? "" : "&limit=" + limit;
        HttpResponse<byte[]> response =
                server.bytes("v1/query?format=%s%s&sql=%s".formatted(format, asked, encoded("SELECT * FROM experts")));
        String id = response.headers().firstValue("Query-Id").orElseThrow();
        JsonNode query;
        do {
            query = JSON.readTree(server.get("v1/queries/" + id).body());
        } while (query.path("state").asText().equals("running"));
        assertThat(query.path("state").asText()).as(format).isEqualTo("finished");
        assertThat(query.path("limit").asInt()).as(format).isEqualTo(limit);
        assertThat(query.path("truncated").asBoolean()).as(format).isEqualTo(cut);
    }

    @Test
    void saysWhatFailsBeforeTheFirstRowInEveryFormat() throws Exception {
        for (String format : new String[] {"json", "ndjson", "csv", "arrow", "parquet", "latex"}) {
            HttpResponse<String> response = get("format=" + format + "&sql=", "SELECT CAST(name AS INTEGER) FROM runs");
            assertThat(response.statusCode()).as(format).isEqualTo(400);
            assertThat(JSON.readTree(response.body()).at("/code").textValue())
                    .as(format)
                    .isEqualTo("SQL_EXECUTION");
        }
    }

    @Test
    void takesParameters() throws Exception {
        HttpResponse<String> body = server.queryJson(
                "{\"sql\": \"SELECT count(*) FROM experts WHERE layer = ? AND expert < ? AND scope = ?\","
                        + " \"parameters\": [1, 5, \"prompt\"]}");
        assertThat(JSON.readTree(body.body()).at("/rows/0/0").intValue()).isEqualTo(5);
        HttpResponse<String> address = get("parameters=%5B1%5D&sql=", "SELECT count(*) FROM experts WHERE layer = ?");
        assertThat(JSON.readTree(address.body()).at("/rows/0/0").intValue()).isEqualTo(2 * SeededFile.EXPERTS);
        assertProblem(get("parameters=1&sql=", "SELECT 1"), "must be a JSON array or object, but are 1.");
        assertProblem(get("parameters=%5B%7B%7D%5D&sql=", "SELECT 1"), "A parameter is a number");
        assertProblem(get("sql=", "SELECT count(*) FROM experts WHERE layer = ?"), "1 parameter");
    }

    @Test
    void takesParametersByName() throws Exception {
        String sql =
                "SELECT count(*) FROM experts WHERE layer = :layer AND expert < :n AND (:layer > 0 OR scope = :scope)";
        HttpResponse<String> body = server.queryJson("{\"sql\": \"SELECT count(*) FROM experts WHERE layer = :layer AND"
                + " expert < :n AND scope = :scope AND layer < :layer + 1\","
                + " \"parameters\": {\"layer\": 1, \"n\": \"5\", \"SCOPE\": \"prompt\"}}");
        assertThat(JSON.readTree(body.body()).at("/rows/0/0").intValue()).isEqualTo(5);
        HttpResponse<String> address =
                get("parameters=%7B%22layer%22%3A1%7D&sql=", "SELECT count(*) FROM experts WHERE layer = :layer");
        assertThat(JSON.readTree(address.body()).at("/rows/0/0").intValue()).isEqualTo(2 * SeededFile.EXPERTS);
        assertProblem(
                get("parameters=%7B%22layr%22%3A1%2C%22scope%22%3Anull%7D&sql=", sql),
                "There is no value for :layer and :n. The statement has no parameter :layr.");
        assertProblem(get("sql=", sql), "There is no value for :layer, :n and :scope.");
        assertProblem(get("parameters=%5B1%5D&sql=", sql), "give their values by name");
        assertProblem(get("parameters=%7B%22layer%22%3A%5B1%5D%7D&sql=", sql), "A parameter is a number");
        assertProblem(
                get("parameters=%7B%22layer%22%3A%22x%22%2C%22n%22%3A1%2C%22scope%22%3Anull%7D&sql=", sql),
                "Parameter :layer is of type BIGINT, but 'x' is not.");
        assertThat(get("format=latex&parameters=%7B%22a%22%3A%22first%22%7D&sql=", "SELECT :a AS a")
                        .body())
                .contains("% Parameters: {\"a\":\"first\"}\n");
    }

    @Test
    void keepsEveryDigitOfAParameter() throws Exception {
        HttpResponse<String> exact = server.queryJson("{\"sql\": \"SELECT CAST(? AS DECIMAL(38, 10))\","
                + " \"parameters\": [1234567890123456789012345678.1234567891]}");
        assertThat(JSON.readTree(exact.body()).at("/rows/0/0").textValue())
                .isEqualTo("1234567890123456789012345678.1234567891");
        HttpResponse<String> huge = server.queryJson(
                "{\"sql\": \"SELECT count(*) FROM experts WHERE layer = ?\", \"parameters\": [1e400]}");
        assertProblem(huge, "1E+400");
    }

    @Test
    void writesSmallNumbersOfListsAsNumbers() throws Exception {
        String sql = "SELECT [CAST(1 AS SMALLINT), CAST(2 AS SMALLINT)] AS xs, CAST(3 AS SMALLINT) AS x";
        assertThat(accepting("text/csv", sql).body()).isEqualTo("xs,x\r\n\"[1,2]\",3\r\n");
        assertThat(JSON.readTree(server.query(sql).body()).at("/rows/0").toString())
                .isEqualTo("[[1,2],3]");
    }

    @Test
    void endsAParquetFileThatIsTooLarge(@TempDir Path folder) throws Exception {
        String large = "SELECT a.weight * b.weight AS w FROM activations a, activations b";
        try (TestingServer small =
                TestingServer.start(folder, RecordCopy.of(QueryQuota.standard(), Map.of("bytes", 100_000)))) {
            HttpResponse<String> response = small.get("v1/query?format=parquet&sql=" + encoded(large));
            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(response.body()).contains("limit of 100,000 bytes");
        }
    }

    @Test
    void writesValuesAsTheyAreUnlessForASpreadsheet() throws Exception {
        String sql = "SELECT * FROM (VALUES ('=1+1'), ('+1'), ('-1'), ('@x'), ('a=1'), ('=\"x\"')) AS t(v)";
        assertThat(accepting("text/csv", sql).body().lines())
                .containsExactly("v", "=1+1", "+1", "-1", "@x", "a=1", "\"=\"\"x\"\"\"");
        assertThat(get("format=csv&formulas=keep&sql=", sql).body())
                .isEqualTo(accepting("text/csv", sql).body());
        assertThat(get("format=csv&formulas=escape&sql=", sql).body().lines())
                .containsExactly("v", "'=1+1", "'+1", "'-1", "'@x", "a=1", "\"'=\"\"x\"\"\"");
        assertThat(accepting("text/csv", "SELECT -1 AS n").body()).isEqualTo("n\r\n-1\r\n");
    }

    @Test
    void takesWhatTheClientLikesBest() throws Exception {
        assertThat(type("text/csv;q=0.5, application/json")).isEqualTo("application/json");
        assertThat(type("text/csv, application/json;q=0.5")).startsWith("text/csv");
        assertThat(type("text/html,application/xhtml+xml,*/*;q=0.8")).isEqualTo("application/json");
        assertThat(type("text/*")).startsWith("text/csv");
        assertThat(type("image/png, application/x-ndjson")).isEqualTo("application/x-ndjson");
        HttpResponse<String> none = accepting("image/png", "SELECT 1");
        assertThat(none.statusCode()).isEqualTo(406);
        assertThat(JSON.readTree(none.body()).at("/detail").textValue())
                .contains("\"image/png\"")
                .contains("application/json, application/x-ndjson, text/csv");
    }

    @Test
    void answersAnAddressAlone() throws Exception {
        JsonNode answer =
                JSON.readTree(get("limit=2&sql=", "SELECT layer FROM experts").body());
        assertThat(answer.at("/rowCount").intValue()).isEqualTo(2);
        assertThat(answer.at("/truncated").booleanValue()).isTrue();
        HttpResponse<String> saved = get("format=csv&filename=my%20runs.csv&sql=", "SELECT name FROM runs");
        assertThat(saved.headers().firstValue("Content-Disposition")).hasValue("attachment; filename=\"my runs.csv\"");
        assertThat(saved.body()).isEqualTo("name\r\nfirst\r\n");
    }

    @Test
    void refusesAnAddressThatItDoesNotUnderstand() throws Exception {
        assertProblem(
                get("format=xml&sql=", "SELECT 1"),
                "no format \"xml\"; there are json, ndjson, csv, arrow, parquet, latex");
        assertProblem(get("sqll=", "SELECT 1"), "parameter \"sqll\"");
        assertProblem(get("sql=SELECT&sql=", "SELECT 1"), "\"sql\" 2 times");
        assertProblem(get("limit=x&sql=", "SELECT 1"), "\"limit\" must be a whole number, but is \"x\"");
        assertProblem(get("limit=0&sql=", "SELECT 1"), "1 or more, but is 0");
        assertProblem(get("filename=..%2Fx&sql=", "SELECT 1"), "A file cannot be named \"../x\"");
        assertProblem(get("formulas=no&sql=", "SELECT 1"), "keep or escape");
        HttpResponse<String> twice = server.send(
                "v1/query?limit=1",
                request -> request.header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"sql\":\"SELECT 1\",\"limit\":2}")));
        assertProblem(twice, "in both the address and the body");
    }

    @Test
    void sendsAllRowsOfAnExport(@TempDir Path folder) throws Exception {
        try (TestingServer small =
                TestingServer.start(folder, RecordCopy.of(QueryQuota.standard(), Map.of("rows", 10)))) {
            assertThat(JSON.readTree(small.query("SELECT * FROM experts").body())
                            .at("/rowCount")
                            .intValue())
                    .isEqualTo(10);
            HttpResponse<String> csv = small.send(
                    "v1/query",
                    request -> request.header("Content-Type", "application/sql")
                            .header("Accept", "text/csv")
                            .POST(BodyPublishers.ofString("SELECT * FROM experts")));
            assertThat(csv.body().lines()).hasSize(1 + 2 * SeededFile.LAYERS * SeededFile.EXPERTS);
        }
    }

    @Test
    void saysThatAnAnswerIsTooLarge(@TempDir Path folder) throws Exception {
        try (TestingServer small =
                TestingServer.start(folder, RecordCopy.of(QueryQuota.standard(), Map.of("bytes", 1000)))) {
            HttpResponse<String> response = small.query("SELECT * FROM experts");
            assertThat(response.statusCode()).isEqualTo(413);
            JsonNode problem = JSON.readTree(response.body());
            assertThat(problem.at("/code").textValue()).isEqualTo("RESULT_TOO_LARGE");
            assertThat(problem.at("/detail").textValue()).contains("limit of 1,000 bytes");
        }
    }

    private String type(String accept) throws IOException, InterruptedException {
        return accepting(accept, "SELECT 1")
                .headers()
                .firstValue("Content-Type")
                .orElse("");
    }

    private HttpResponse<String> accepting(String accept, String sql) throws IOException, InterruptedException {
        return server.send(
                "v1/query",
                request -> request.header("Content-Type", "application/sql")
                        .header("Accept", accept)
                        .POST(BodyPublishers.ofString(sql)));
    }

    private HttpResponse<String> get(String parameters, String sql) throws IOException, InterruptedException {
        return server.get("v1/query?" + parameters + encoded(sql));
    }

    private static String encoded(String sql) {
        return URLEncoder.encode(sql, StandardCharsets.UTF_8);
    }

    private static void assertProblem(HttpResponse<String> response, String detail) throws IOException {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).at("/detail").textValue()).contains(detail);
    }
}
