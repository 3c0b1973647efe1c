package io.gatehouse.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.http.HttpLimits;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.testing.RecordCopy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarBinaryVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routing that is sent while it is computed: whatever happens on the way, nothing is lost and nothing is doubled. */
final class TestIngest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LAYERS = 3;
    private static final String MODEL = "&model=tiny&layers=3&experts=8&topK=2&denseLayers=0";
    private static final String MEDIA_TYPE = "application/vnd.apache.arrow.stream";
    private static final String STORED = """
            SELECT q.attribute_value AS name, a.phase, a.position, a.layer, a.rank, a.expert, a.weight
            FROM activations AS a
            JOIN runs AS r ON r.run_id = a.run_id
            JOIN (SELECT question_id, value AS attribute_value FROM question_attributes WHERE name = 'name') AS q
                ON q.question_id = a.question_id
            WHERE r.name = '%s' ORDER BY ALL""";

    @TempDir
    private Path directory;

    private Served served;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A server over a file that outlives it. */
    private record Served(Store store, QueryEngine engine, GatehouseServer server) implements AutoCloseable {
        static Served start(Path file) {
            return start(file, Map.of());
        }

        static Served start(Path file, Map<String, ?> changes) {
            Store store = Store.create(file);
            QueryEngine engine = new QueryEngine(store);
            ServerSettings settings =
                    RecordCopy.of(ServerSettings.standard(new ListenAddress("127.0.0.1", 0), "test"), changes);
            return new Served(store, engine, GatehouseServer.start(store, engine, settings, RunPlanner.NONE));
        }

        @Override
        public void close() {
            server.close();
            engine.close();
            store.close();
        }
    }

    /** An expert of a token. */
    private record Row(String sequence, String phase, int position, int layer, int rank, int expert, float weight) {}

    @BeforeEach
    void start() {
        served = Served.start(directory.resolve("ingest.duckdb"));
    }

    @AfterEach
    void stop() {
        served.close();
    }

    /** All rows of a sequence of so many tokens, the last two of which were generated. */
    private static List<Row> sequence(String name, int tokens) {
        List<Row> rows = new ArrayList<>();
        for (int layer = 1; layer < LAYERS; layer++) {
            for (int position = 0; position < tokens; position++) {
                String phase = position < tokens - 2 ? "prompt" : "generated";
                int first = (name.hashCode() ^ (position + layer)) & 7;
                rows.add(new Row(name, phase, position, layer, 0, first, 0.75f));
                rows.add(new Row(name, phase, position, layer, 1, (first + 3) & 7, 0.25f));
            }
        }
        return rows;
    }

    @SafeVarargs
    private static List<Row> joined(List<Row>... lists) {
        List<Row> all = new ArrayList<>();
        for (List<Row> list : lists) {
            all.addAll(list);
        }
        return all;
    }

    /** A stream with a batch of each list of rows. */
    private static byte[] stream(List<List<Row>> batches) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector sequence = new VarCharVector("sequence", allocator);
                VarCharVector phase = new VarCharVector("phase", allocator);
                IntVector position = new IntVector("position", allocator);
                IntVector layer = new IntVector("layer", allocator);
                IntVector rank = new IntVector("rank", allocator);
                IntVector expert = new IntVector("expert", allocator);
                Float4Vector weight = new Float4Vector("weight", allocator)) {
            VectorSchemaRoot root = VectorSchemaRoot.of(sequence, phase, position, layer, rank, expert, weight);
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
                writer.start();
                for (List<Row> rows : batches) {
                    root.allocateNew();
                    for (int i = 0; i < rows.size(); i++) {
                        Row row = rows.get(i);
                        sequence.setSafe(i, row.sequence().getBytes(UTF_8));
                        phase.setSafe(i, row.phase().getBytes(UTF_8));
                        position.setSafe(i, row.position());
                        layer.setSafe(i, row.layer());
                        rank.setSafe(i, row.rank());
                        expert.setSafe(i, row.expert());
                        weight.setSafe(i, row.weight());
                    }
                    root.setRowCount(rows.size());
                    writer.writeBatch();
                }
                writer.end();
            }
        }
        return out.toByteArray();
    }

    private HttpResponse<String> send(String query, String type, byte[] body) throws Exception {
        URI address = served.server().uri().resolve("v1/ingest?" + query);
        return client.send(
                HttpRequest.newBuilder(address)
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> send(String run, List<List<Row>> batches) throws Exception {
        return send("run=" + run + MODEL, MEDIA_TYPE, stream(batches));
    }

    private static JsonNode accepted(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static void refused(HttpResponse<String> response, int status, String... words) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).at("/detail").asText()).contains(words);
    }

    private JsonNode rows(String sql) throws Exception {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(served.server().uri().resolve("v1/query"))
                        .header("Content-Type", "application/sql")
                        .POST(BodyPublishers.ofString(sql))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).at("/rows");
    }

    /** What the file has of a run is exactly this, and the file is sound. */
    private void assertStored(String run, List<Row> expected) throws Exception {
        List<String> stored = new ArrayList<>();
        rows(STORED.formatted(run)).forEach(row -> stored.add(row.toString()));
        List<String> sent = expected.stream()
                .map(row -> "[\"%s\",\"%s\",%d,%d,%d,%d,%s]"
                        .formatted(
                                row.sequence(),
                                row.phase(),
                                row.position(),
                                row.layer(),
                                row.rank() + 1,
                                row.expert(),
                                row.weight()))
                .toList();
        assertThat(stored).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(served.store().verify().problems()).isEmpty();
    }

    @Test
    void storesWhatIsSent() throws Exception {
        List<Row> a = sequence("a", 5);
        List<Row> b = sequence("b", 9);
        List<Row> c = sequence("c", 3);
        JsonNode first = accepted(send("live", List.of(joined(a, b), c)));
        assertThat(first.toString())
                .isEqualTo("{\"run\":\"live\",\"sequences\":3,\"repeated\":0,\"decisions\":%d}".formatted(17 * 2));
        assertStored("live", joined(a, b, c));
        assertThat(rows("SELECT model, source, layers, experts, top_k, questions, status FROM runs")
                        .toString())
                .isEqualTo("[[\"tiny\",\"ingest\",3,8,2,3,\"complete\"]]");
        assertThat(rows("SELECT layer, kind FROM layers ORDER BY layer").toString())
                .isEqualTo("[[0,\"dense\"],[1,\"moe\"],[2,\"moe\"]]");
        // Rollups and views, too.
        assertThat(rows("SELECT CAST(sum(activations) AS INTEGER) FROM experts WHERE scope = 'generated'")
                        .toString())
                .isEqualTo("[[%d]]".formatted(3 * 2 * 2 * 2));
    }

    @Test
    void announcesWhatItStores() throws Exception {
        HttpResponse<Stream<String>> events = client.send(
                HttpRequest.newBuilder(served.server().uri().resolve("v1/events?topics=schema"))
                        .build(),
                BodyHandlers.ofLines());
        accepted(send("live", List.of(sequence("a", 5), sequence("b", 5))));
        try (Stream<String> lines = events.body()) {
            assertThat(lines.filter(line -> line.startsWith("data: ")).limit(4))
                    .containsExactly(
                            "data: {\"reason\":\"run-started\"}",
                            "data: {\"reason\":\"shard-committed\"}",
                            "data: {\"reason\":\"shard-committed\"}",
                            "data: {\"reason\":\"run-ended\"}");
        }
    }

    @Test
    void theConsoleShowsARunGrow() throws Exception {
        Browser.assumePresent();
        URI page = URI.create(served.server().uri() + "#screen=runs");
        try (Browser browser = Browser.open(page, Files.createDirectory(directory.resolve("browser")))) {
            browser.awaitText("tbody", "No runs yet.");
            for (int sent = 1; sent <= 3; sent++) {
                accepted(send("live", List.of(sequence("s" + sent, 5))));
                browser.awaitTexts("td.quiz .below", sent == 1 ? "1 sequence" : sent + " sequences");
            }
        }
    }

    @Test
    void storesARepeatedSequenceOnce() throws Exception {
        List<Row> a = sequence("a", 5);
        List<Row> b = sequence("b", 9);
        accepted(send("live", List.of(a, b, a)));
        JsonNode again = accepted(send("live", List.of(a, b)));
        assertThat(again.at("/sequences").asInt()).isZero();
        assertThat(again.at("/repeated").asInt()).isEqualTo(2);
        JsonNode more = accepted(send("live", List.of(joined(b, sequence("c", 4)))));
        assertThat(more.at("/sequences").asInt()).isEqualTo(1);
        assertStored("live", joined(a, b, sequence("c", 4)));
        assertThat(rows("SELECT questions FROM runs").toString()).isEqualTo("[[3]]");
    }

    @Test
    void takesBatchesAndRowsInAnyOrder() throws Exception {
        List<Row> a = sequence("a", 5);
        List<Row> b = sequence("b", 9);
        List<Row> mixed = new ArrayList<>();
        for (int i = 0; i < b.size(); i++) {
            mixed.add(b.get(b.size() - 1 - i));
            if (i < a.size()) {
                mixed.add(a.get(i));
            }
        }
        accepted(send("mixed", List.of(sequence("c", 4), mixed)));
        assertStored("mixed", joined(a, b, sequence("c", 4)));
        // It is the same sequence, in whatever order its rows come.
        assertThat(accepted(send("mixed", List.of(b))).at("/repeated").asInt()).isEqualTo(1);
    }

    @Test
    void refusesASequenceInTwoBatches() throws Exception {
        List<Row> a = sequence("a", 6);
        List<List<Row>> halves = List.of(
                sequence("b", 4),
                a.stream().filter(row -> row.position() < 3).toList(),
                a.stream().filter(row -> row.position() >= 3).toList());
        refused(
                send("live", halves),
                422,
                "Sequence \"a\" is in run \"live\" with other rows; all rows of a sequence belong into one batch.");
        assertThat(served.store().verify().problems()).isEmpty();
        // Also in another request.
        refused(send("live", List.of(a)), 422, "with other rows");
    }

    @Test
    void refusesWhatIsNotSuchAStream() throws Exception {
        String run = "run=live" + MODEL;
        refused(send(run, "application/json", "{}".getBytes(UTF_8)), 415, "not as \"application/json\"");
        refused(send(run, MEDIA_TYPE, "no stream".getBytes(UTF_8)), 422, "The stream is not an Arrow stream");
        byte[] whole = stream(List.of(sequence("a", 5)));
        // Coprime to 8, to which Arrow aligns: each byte of a word is damaged somewhere.
        for (int at = 8; at < whole.length - 8; at += 19) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) 0xff;
            HttpResponse<String> response = send("run=damaged" + at + MODEL, MEDIA_TYPE, damaged);
            assertThat(response.statusCode()).as(response.body()).isIn(200, 400, 422, 507);
        }
        assertThat(served.store().verify().problems()).isEmpty();
    }

    @Test
    void namesWhatTheAddressLacks() throws Exception {
        byte[] body = stream(List.of(sequence("a", 5)));
        refused(send("layers=3&experts=8&topK=2", MEDIA_TYPE, body), 400, "run");
        refused(send("run=r&experts=8&topK=2", MEDIA_TYPE, body), 400, "\"layers\"");
        refused(send("run=r&layers=3&experts=0&topK=2", MEDIA_TYPE, body), 400, "\"experts\" is 0");
        refused(send("run=r&layers=3&experts=8&topK=9", MEDIA_TYPE, body), 400, "9 of 8 experts");
        refused(send("run=r&layers=9999&experts=9999&topK=2", MEDIA_TYPE, body), 400, "are too many");
        refused(send("run=r&layers=3&experts=8&topK=2&denseLayers=3", MEDIA_TYPE, body), 400, "\"3\"");
        refused(send("run=r&layers=3&experts=8&topK=2&nonsense=1", MEDIA_TYPE, body), 400, "\"nonsense\"");
    }

    @Test
    void namesTheColumnAndTheTypeOfAWrongSchema() throws Exception {
        byte[] body = stream(List.of(sequence("a", 5)));
        String run = "run=live" + MODEL;
        refused(
                send(run + "&columns=expert=phase", MEDIA_TYPE, body),
                422,
                "The stream has column 'phase' of type VARCHAR, which cannot be the expert of an expert");
        refused(send(run + "&columns=expert=nothing", MEDIA_TYPE, body), 400, "has no column 'nothing', but sequence");
        refused(send(run + "&columns=sequence=", MEDIA_TYPE, body), 400, "no column 'sequence'");
        refused(send(run + "&columns=layer=rank,rank=layer", MEDIA_TYPE, body), 422, "layer 0, which has none");
        assertThat(rows("SELECT count(*) FROM activations").toString()).isEqualTo("[[0]]");
    }

    /** Columns that nobody can check, and a name that is there twice. */
    @Test
    void namesTheColumnsThatItDoesNotTake() throws Exception {
        try (BufferAllocator allocator = new RootAllocator()) {
            byte[] view = oneRow(new ViewVarCharVector("sequence", allocator), new IntVector("other", allocator));
            refused(
                    send("run=r" + MODEL, MEDIA_TYPE, view),
                    422,
                    "The stream has column 'sequence' of type Utf8View, which is not supported; cast it to string");
            byte[] binary = oneRow(new VarCharVector("sequence", allocator), new ViewVarBinaryVector("x", allocator));
            refused(
                    send("run=r" + MODEL, MEDIA_TYPE, binary),
                    422,
                    "The stream has column 'x' of type BinaryView, which is not supported; cast it to binary");
            for (String same : List.of("expert", "EXPERT")) {
                byte[] twice = oneRow(new VarCharVector("sequence", allocator), new IntVector(same, allocator));
                refused(send("run=r" + MODEL, MEDIA_TYPE, twice), 422, "The stream has two columns 'expert'");
            }
        }
    }

    /** A row with the numbers that are needed, and two columns more, which it closes. */
    private static byte[] oneRow(FieldVector first, FieldVector second) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (IntVector position = new IntVector("position", first.getAllocator());
                IntVector layer = new IntVector("layer", first.getAllocator());
                IntVector expert = new IntVector("expert", first.getAllocator());
                first;
                second) {
            VectorSchemaRoot root = VectorSchemaRoot.of(position, layer, expert, first, second);
            root.allocateNew();
            position.setSafe(0, 0);
            layer.setSafe(0, 1);
            expert.setSafe(0, 3);
            for (FieldVector vector : List.of(first, second)) {
                if (vector instanceof VarCharVector text) {
                    text.setSafe(0, "a".getBytes(UTF_8));
                } else if (vector instanceof BaseVariableWidthViewVector text) {
                    text.setSafe(0, "a".getBytes(UTF_8));
                } else {
                    ((IntVector) vector).setSafe(0, 2);
                }
            }
            root.setRowCount(1);
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
                writer.start();
                writer.writeBatch();
                writer.end();
            }
        }
        return out.toByteArray();
    }

    /** The name of a sequence is what a person reads and compares, as that of a run. */
    @Test
    void limitsTheNamesOfSequences() throws Exception {
        refused(
                send("r", List.of(sequence("x".repeat(201), 3))),
                400,
                "The name of a sequence has 201 characters; it may have 200.");
        refused(
                send("r", List.of(sequence("a\0b", 3))),
                400,
                "The name of a sequence has the control character U+0000; it may have none.");
        accepted(send("r", List.of(sequence("x".repeat(200), 3))));
    }

    @Test
    void refusesWhatDoesNotFitTheModel() throws Exception {
        refused(
                send("run=few&layers=3&experts=7&topK=2", MEDIA_TYPE, stream(List.of(sequence("a", 20)))),
                422,
                "Sequence \"a\" has expert 7 in layer ");
        assertThat(rows("SELECT count(*) FROM runs").toString())
                .as("a run of nothing")
                .isEqualTo("[[0]]");
        accepted(send("run=few&layers=3&experts=8&topK=2", MEDIA_TYPE, stream(List.of(sequence("a", 5)))));
        refused(
                send("run=few&layers=2&experts=8&topK=2", MEDIA_TYPE, stream(List.of(sequence("a", 5)))),
                409,
                "cannot be continued with other settings: layers was");
        refused(
                send("run=one&layers=3&experts=8&topK=1", MEDIA_TYPE, stream(List.of(sequence("a", 5)))),
                422,
                "has 2 experts of a token in layer 1, more than top-k 1");
        // The position of the last token, 4, in the place of an entropy: e^4 is 54.6.
        refused(
                send(
                        "run=high&layers=3&experts=8&topK=2&columns=entropy%3Dposition",
                        MEDIA_TYPE, stream(List.of(sequence("a", 5)))),
                422,
                "has an entropy in layer 1 that only 55 experts can have; the model has 8");
    }

    /** Sends the beginning of a stream by hand, and waits until its first batch can be queried. */
    private Socket begin(String run, byte[] part, int sequences) throws Exception {
        URI uri = served.server().uri();
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        OutputStream out = socket.getOutputStream();
        out.write(
                "POST /v1/ingest?run=%s%s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .formatted(run, MODEL, uri.getAuthority(), MEDIA_TYPE)
                        .getBytes(US_ASCII));
        out.write("%x\r\n".formatted(part.length).getBytes(US_ASCII));
        out.write(part);
        out.write("\r\n".getBytes(US_ASCII));
        out.flush();
        String wanted = "[[%d]]".formatted(sequences);
        String sql = "SELECT count(DISTINCT question_id) FROM activations AS a JOIN runs AS r ON r.run_id = a.run_id"
                + " WHERE r.name = '" + run + "'";
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!rows(sql).toString().equals(wanted)) {
            assertThat(System.nanoTime()).as("the first batch is not there").isLessThan(deadline);
            Thread.sleep(20);
        }
        return socket;
    }

    private String status(String run) throws Exception {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(served.server().uri().resolve("v1/runs/" + run))
                        .build(),
                BodyHandlers.ofString());
        return JSON.readTree(response.body()).at("/status").asText();
    }

    /** Two batches, and where the second one ends before its last bytes. */
    private byte[] cut(byte[] whole) {
        return Arrays.copyOf(whole, whole.length - 100);
    }

    @Test
    void keepsWholeBatchesOfAStreamThatBreaks() throws Exception {
        List<Row> a = sequence("a", 5);
        List<Row> b = sequence("b", 40);
        byte[] whole = stream(List.of(a, b));
        try (Socket socket = begin("live", cut(whole), 1)) {
            assertThat(status("live")).isEqualTo("running");
            refused(send("live", List.of(b)), 409, "is being written");
            assertThat(socket.isConnected()).isTrue();
        }
        while (!status("live").equals("interrupted")) {
            Thread.sleep(20);
        }
        assertStored("live", a);
        JsonNode again = accepted(send("live", List.of(a, b)));
        assertThat(again.at("/repeated").asInt()).isEqualTo(1);
        assertThat(status("live")).isEqualTo("complete");
        assertStored("live", joined(a, b));
    }

    @Test
    void continuesBehindARestart() throws Exception {
        List<Row> a = sequence("a", 5);
        List<Row> b = sequence("b", 40);
        byte[] whole = stream(List.of(a, b));
        try (Socket socket = begin("live", cut(whole), 1)) {
            assertThat(socket.isConnected()).isTrue();
            served.close();
            served = Served.start(directory.resolve("ingest.duckdb"));
        }
        assertStored("live", a);
        assertThat(status("live")).isEqualTo("interrupted");
        accepted(send("live", List.of(a, b)));
        assertStored("live", joined(a, b));
    }

    @Test
    void sendsRunsAtTheSameTime() throws Exception {
        List<Thread> senders = new ArrayList<>();
        List<Integer> statuses = new ArrayList<>();
        for (String run : List.of("first", "second", "third")) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 5; i++) {
                        int status = send(run, List.of(sequence("a" + i, 30), sequence("b" + i, 30)))
                                .statusCode();
                        synchronized (statuses) {
                            statuses.add(status);
                        }
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.start();
            senders.add(sender);
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(statuses).hasSize(15).containsOnly(200);
        List<Row> rows = Stream.iterate(0, i -> i + 1)
                .limit(5)
                .flatMap(i -> joined(sequence("a" + i, 30), sequence("b" + i, 30)).stream())
                .toList();
        for (String run : List.of("first", "second", "third")) {
            assertStored(run, rows);
        }
    }

    /** Each sends the beginning of a batch and then a byte now and then, which its connection takes for a sign of life. */
    @Test
    void sendersWhoDripKeepNobodyWaiting() throws Exception {
        served.close();
        HttpLimits limits = new HttpLimits(1_000_000, Duration.ofSeconds(2), 8192, HttpLimits.HEAD_TIME, 64, 4);
        served = Served.start(directory.resolve("ingest.duckdb"), Map.of("http", limits));
        byte[] whole = stream(List.of(sequence("a", 40)));
        List<Socket> slow = new ArrayList<>();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket(
                        served.server().uri().getHost(), served.server().uri().getPort());
                slow.add(socket);
                answers.add(CompletableFuture.supplyAsync(() -> drip(socket, whole)));
            }
            Thread.sleep(1_000);
            accepted(send("live", List.of(sequence("a", 5))));
            for (CompletableFuture<String> answer : answers) {
                assertThat(answer.get(40, TimeUnit.SECONDS))
                        .startsWith("HTTP/1.1 408 ")
                        .contains("A batch must come within 2 s, and a second more for each 524,288 bytes of it.");
            }
            accepted(send("live", List.of(sequence("b", 5))));
            assertStored("live", joined(sequence("a", 5), sequence("b", 5)));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** The memory for a batch is a share of that of the server; DuckDB spills what does not fit. */
    @Test
    void takesALargeBatchWithLittleMemory() throws Exception {
        served.close();
        served = Served.start(directory.resolve("ingest.duckdb"), Map.of("memory", new ServerMemory(1L << 30)));
        assertThat(accepted(send("large", List.of(sequence("a", 100_000))))
                        .at("/decisions")
                        .asInt())
                .isEqualTo(200_000);
        refused(send("larger", List.of(sequence("a", 200_000))), 422, "The stream has a message with a body of ");
        assertThat(served.store().verify().problems()).isEmpty();
    }

    /** Half of a stream, and then a byte after the other, until there is an answer. */
    private String drip(Socket socket, byte[] whole) {
        try {
            socket.setSoTimeout(200);
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /v1/ingest?run=slow%s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                            .formatted(MODEL, served.server().uri().getAuthority(), MEDIA_TYPE, whole.length)
                            .getBytes(US_ASCII));
            out.write(whole, 0, whole.length / 2);
            byte[] answer = new byte[4096];
            for (int i = whole.length / 2; i < whole.length - 1; i++) {
                out.write(whole[i]);
                try {
                    int length = socket.getInputStream().readNBytes(answer, 0, 1);
                    length += Math.max(0, socket.getInputStream().read(answer, 1, answer.length - 1));
                    return new String(answer, 0, length, US_ASCII);
                } catch (SocketTimeoutException e) {
                    // No answer so far.
                }
            }
            return "the stream was sent";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
