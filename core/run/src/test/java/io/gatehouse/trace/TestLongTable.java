package io.gatehouse.trace;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of routing in all formats that DuckDB reads. */
final class TestLongTable {
    private static final String CSV = """
            sequence,phase,position,layer,rank,expert,weight,score
            a,prompt,0,0,1,3,0.5,9
            a,prompt,0,0,2,1,0.25,8
            a,prompt,1,0,2,0,0.25,7
            a,prompt,1,0,1,2,0.5,10
            a,generated,2,0,1,1,0.75,6
            a,generated,2,0,2,3,0.125,5
            b,prompt,0,1,1,2,0.5,4
            b,prompt,0,1,2,3,0.25,3
            """;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsARowOfEachExpert() throws IOException {
        Found found = found(file("t.csv", CSV));
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("a", "b");
        TracedSequence first = found.sequences.get(0);
        assertThat(first.length()).isEqualTo(2);
        TracedLayer layer = first.layers().get(0);
        assertThat(layer.positions()).containsExactly(0, 1, 2);
        assertThat(layer.experts()).containsExactly(3, 1, 2, 0, 1, 3);
        assertThat(layer.weights()).containsExactly(0.5f, 0.25f, 0.5f, 0.25f, 0.75f, 0.125f);
        assertThat(layer.scores()).containsExactly(9, 8, 10, 7, 6, 5);
        assertThat(layer.ranked()).isTrue();
        assertThat(found.sequences.get(1).layers())
                .extracting(TracedLayer::layer)
                .containsExactly(1);
    }

    /** Of each token and layer, in lists and in rows of one expert each. */
    @Test
    void readsEntropies() throws IOException {
        Path lists = file("t.jsonl", """
                {"position": 0, "layer": 0, "experts": [3, 1], "weights": [0.5, 0.25], "entropy": 0.75}
                {"position": 1, "layer": 0, "experts": [2, 0], "weights": [0.5, 0.25], "entropy": 0}
                """);
        Path rows = file("t.csv", """
                position,layer,expert,h
                0,0,3,0.75
                0,0,1,0.75
                1,0,2,0
                1,0,0,0
                """);
        assertThat(found(lists).sequences.get(0).layers().get(0).entropies()).containsExactly(0.75f, 0);
        assertThat(found(rows, Map.of("entropy", "h"))
                        .sequences
                        .get(0)
                        .layers()
                        .get(0)
                        .entropies())
                .containsExactly(0.75f, 0);
        assertThat(found(rows).sequences.get(0).layers().get(0).entropies()).isEmpty();
        Path two = file("two.csv", "position,layer,expert,entropy\n0,0,3,0.75\n0,0,1,0.5\n");
        assertRefused(
                () -> found(two), ErrorCode.CORRUPT_DATASET, "has entropies 0.75 and 0.5 for position 0 of layer 0");
        TraceImport traces = new TraceImport(TraceKind.LONG, TraceShape.unknown());
        traces.read(file("high.csv", "position,layer,expert,entropy\n0,0,3,3\n"));
        assertRefused(
                () -> traces.run("r", "m", OptionalInt.of(20)),
                ErrorCode.INVALID_ARGUMENT,
                "--experts is 20, but the files have at least 21 experts in a layer");
        Path below = file("below.csv", "position,layer,expert,entropy\n0,0,3,-0.5\n");
        assertRefused(() -> found(below), ErrorCode.CORRUPT_DATASET, "has entropy -0.5 at position 0 of layer 0");
    }

    /** Every format and order gives the same. */
    @Test
    void readsEveryFormat() throws IOException, SQLException {
        Path csv = file("t.csv", CSV);
        Found expected = found(csv);
        Path zipped = directory.resolve("zipped.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(("# of a tool\n" + CSV).getBytes(StandardCharsets.UTF_8));
        }
        Path lists = written(
                "lists.parquet",
                "SELECT sequence, phase, position, layer, list(expert ORDER BY rank) AS experts, list(weight ORDER BY rank) AS weights, list(score ORDER BY rank) AS scores FROM '%s' GROUP BY ALL ORDER BY sequence, layer, position"
                        .formatted(csv));
        for (Path file : List.of(
                written("t.parquet", "FROM '%s'".formatted(csv)),
                written("t.jsonl", "FROM '%s'".formatted(csv)),
                written("mixed.parquet", "FROM '%s' ORDER BY position, expert".formatted(csv)),
                file("comment.csv", "# route_trace v1\n# model=a\n" + CSV),
                file("t.tsv", CSV.replace(',', '\t')),
                zipped)) {
            assertSame(found(file), expected, file, true);
        }
        assertSame(found(lists, Map.of("rank", "order")), expected, lists, true);
        assertSame(found(lists), expected, lists, false);
    }

    private static void assertSame(Found found, Found expected, Path file, boolean ranked) {
        assertThat(found.sequences).as("%s", file).hasSameSizeAs(expected.sequences);
        for (int i = 0; i < found.sequences.size(); i++) {
            TracedSequence sequence = found.sequences.get(i);
            TracedSequence other = expected.sequences.get(i);
            assertThat(sequence.name()).isEqualTo(other.name());
            assertThat(sequence.length()).isEqualTo(other.length());
            assertThat(sequence.layers()).hasSameSizeAs(other.layers());
            for (int layer = 0; layer < sequence.layers().size(); layer++) {
                TracedLayer traced = sequence.layers().get(layer);
                TracedLayer wanted = other.layers().get(layer);
                assertThat(traced.positions()).as("%s", file).isEqualTo(wanted.positions());
                assertThat(traced.experts()).as("%s", file).isEqualTo(wanted.experts());
                assertThat(traced.weights()).as("%s", file).isEqualTo(wanted.weights());
                assertThat(traced.scores()).as("%s", file).isEqualTo(wanted.scores());
                assertThat(traced.ranked()).as("%s", file).isEqualTo(ranked);
            }
        }
    }

    /** As Helldez/BigMoeOnEdge writes them (docs/bench-data at 2d4f2b1): phases are 0 and 1, and steps are positions. */
    @Test
    void readsTracesOfPhones() throws IOException {
        Path file = file("qwen.route.csv", """
                # route_trace v1
                # layer=0 expert_bytes=3059712 dense_bytes=11953152
                # layer=1 expert_bytes=2654208
                # layer=2 expert_bytes=0
                # layer=99999 expert_bytes=5
                # layer=3 expert_bytes=99999999999999999999
                # %s layer=4 expert_bytes=7
                turn,phase,step,layer,slot,expert,weight,residency,expert_bytes
                0,0,0,0,0,49,0.25,0,3059712
                0,0,0,0,1,19,0.125,0,3059712
                0,1,1,0,0,7,0.5,0,3059712
                0,1,1,0,1,8,0.25,0,3059712
                """.formatted("long ".repeat(200)));
        Found found = found(file, Map.of("sequence", "turn", "position", "step", "rank", "slot"));
        TracedSequence turn = found.sequences.get(0);
        assertThat(found.expertBytes).isEqualTo(Map.of(0, 3_059_712L, 1, 2_654_208L));
        assertThat(turn.name()).isEqualTo("0");
        assertThat(turn.length()).isEqualTo(1);
        assertThat(turn.layers().get(0).positions()).containsExactly(0, 1);
        assertThat(found.experts(0, 0)).containsExactly(49, 19, 7, 8);
    }

    /** Where positions of generated tokens begin anew they follow the prompt. */
    /** Lines of lattice (ohdearquant/lattice#903), which have a list of experts for each token and layer. */
    @Test
    void readsListsByTheirNames() throws IOException {
        Path file = file("t.jsonl", """
                {"layer_idx": 1, "token_idx": 0, "selected_ids": [3, 1], "gate_weights": [0.75, 0.25]}
                {"layer_idx": 2, "token_idx": 0, "selected_ids": [0, 2], "gate_weights": [0.625, 0.375]}
                {"layer_idx": 1, "token_idx": 1, "selected_ids": [2, 0], "gate_weights": [0.5, 0.5]}
                {"layer_idx": 2, "token_idx": 1, "selected_ids": [1, 3], "gate_weights": [1, 0]}
                """);
        Found found = found(
                file,
                Map.of(
                        "layer",
                        "layer_idx",
                        "position",
                        "token_idx",
                        "expert",
                        "selected_ids",
                        "weight",
                        "gate_weights"));
        assertThat(found.experts(0, 0)).containsExactly(3, 1, 2, 0);
        assertThat(found.sequences.get(0).layers().get(1).weights()).containsExactly(0.625f, 0.375f, 1, 0);
    }

    /** A row for each time that an expert was chosen, without the token (ggml-org/llama.cpp#28544). */
    @Test
    void countsRows() throws IOException {
        Path file = file("t.csv", "layer,expert\n0,2\n0,1\n1,0\n0,2\n");
        Found found = found(file, Map.of("count", "rows"));
        assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(0, 1);
        assertThat(found.counts.get(0).counts()).containsExactly(0, 1, 2);
        assertRefused(
                () -> found(file),
                ErrorCode.INVALID_ARGUMENT,
                "has no column 'position', but layer, expert; name its columns with --columns");
        Path lists = file("t.jsonl", "{\"layer\": 0, \"experts\": [1, 2]}\n");
        assertRefused(
                () -> found(lists, Map.of("count", "rows")),
                ErrorCode.INVALID_ARGUMENT,
                "has lists of experts, but --columns count=rows counts rows of one expert");
    }

    @Test
    void continuesThePrompt() throws IOException {
        Path file = file("t.jsonl", """
                {"phase": "prefill", "position": 0, "layer": 2, "experts": [4, 1, -1]}
                {"phase": "prefill", "position": 1, "layer": 2, "experts": [5, 1, -1]}
                {"phase": "decode", "position": 0, "layer": 2, "experts": [6, 1, -1]}
                {"phase": "decode", "position": 1, "layer": 2, "experts": [7, 1, -1]}
                """);
        Found found = found(file);
        assertThat(found.sequences.get(0).name()).isEqualTo("t.jsonl");
        assertThat(found.sequences.get(0).length()).isEqualTo(2);
        TracedLayer layer = found.sequences.get(0).layers().get(0);
        assertThat(layer.positions()).containsExactly(0, 1, 2, 3);
        assertThat(layer.experts()).containsExactly(4, 1, 5, 1, 6, 1, 7, 1);
        assertThat(layer.ranked()).isFalse();
        assertThat(layer.weights()).isEmpty();
    }

    /** Names that look like numbers are no numbers. */
    @Test
    void keepsNamesOfSequences() throws IOException {
        Found found = found(file("t.csv", "sequence,position,layer,expert\n7,0,0,1\n007,0,0,2\n1e2,0,0,3\n"));
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("7", "007", "1e2");
    }

    @Test
    void readsCounts() throws IOException {
        Found found = found(file("t.csv", """
                sequence,layer,expert,count
                law,1,3,7
                law,1,0,2
                law,1,3,1
                art,0,1,5
                """));
        assertThat(found.sequences).isEmpty();
        assertThat(found.counts)
                .extracting(ExpertCounts::domain)
                .containsExactly(Optional.of("art"), Optional.of("law"));
        assertThat(found.counts.get(0).counts()).containsExactly(0, 5);
        assertThat(found.counts.get(1).layer()).isEqualTo(1);
        assertThat(found.counts.get(1).counts()).containsExactly(2, 0, 0, 8);
        refuses("layer,expert,count\n0,1,-5\n", "counts -5 for expert 1 of layer 0");
        refuses("layer,expert,count\n0,-1,5\n", "has the expert -1");
    }

    /** Counts are of prompts: none of generated tokens become theirs. */
    @Test
    void countsPromptsOnly() throws IOException {
        Found found = found(file("t.csv", "phase,layer,expert,count\nprefill,0,1,5\nprompt,0,1,2\n"));
        assertThat(found.counts.get(0).counts()).containsExactly(0, 7);
        refuses(
                "phase,layer,expert,count\nprefill,0,1,5\ndecode,0,1,2\n",
                "counts generated tokens by its column 'phase', but counts are kept of prompts only");
        refuses("phase,layer,expert,count\nboth,0,1,5\n", "The phase of a row is both");
        Path both = file("both.csv", "position,layer,expert,count\n4,0,1,5\n");
        assertRefused(
                () -> found(both),
                ErrorCode.INVALID_ARGUMENT,
                "both.csv has positions and counts, but a row names a token or counts tokens");
        assertThat(found(both, Map.of("count", "")).sequences.get(0).length()).isEqualTo(5);
        assertThat(found(both, Map.of("position", "")).counts.get(0).counts()).containsExactly(0, 5);
    }

    @Test
    void namesWhatIsWrong() throws IOException {
        refuses("position,layer,expert\n0,0,1.5\n", "has column 'expert' of type DOUBLE, which cannot be the expert");
        refuses("position,layer,expert\n0,,1\n0,1,2\n", "has rows without a layer");
        refuses("position,layer,expert\n-3,0,1\n", "has position -3");
        refuses("position,layer,expert\n0,40000,1\n", "has a layer 40000; layers have numbers from 0 to 32766");
        refuses("position,layer,expert\n0,0,-2\n", "has an expert -2 in layer 0; experts have numbers from 0 to 32766");
        refuses("layer,expert,count\n0,32767,1\n", "has the expert 32767; experts have numbers from 0 to 32766");
        refuses("position,layer,expert\n", "wrong.csv has no rows");
        refuses("position,layer,expert,expert\n0,0,1,2\n", "wrong.csv has two columns 'expert'");
        refuses("position,layer,Expert,EXPERT\n0,0,1,2\n", "wrong.csv has two columns 'Expert'");
        refuses("# of a tool\nposition,layer,expert,expert\n0,0,1,2\n", "wrong.csv has two columns 'expert'");
        refuses("\"position\";\"layer\";\"expert\";\"expert\"\n0;0;1;2\n", "wrong.csv has two columns 'expert'");
        // What is not read may be there twice, and a name may look like one that DuckDB makes.
        assertThat(found(file("t.csv", "position,layer,expert,x,x,expert_1\n0,0,1,2,3,4\n"))
                        .experts(0, 0))
                .containsExactly(1);
        refuses(
                "position,layer,expert\n0,0,1\n0,0,2\n1,0,1\n",
                "has 1 experts for position 1 of layer 0, but 2 for the first");
        refuses("position,layer,rank,expert\n0,0,1,1\n0,0,1,2\n", "has rank 1 twice for position 0 of layer 0");
        refuses("phase,position,layer,expert\nboth,0,0,1\n", "The phase of a row is both");
        refuses("position,layer,expert,weight\n0,0,1,\n0,0,2,0.5\n", "has rows without a weight");
        refuses("sequence,position,layer,expert\n,0,0,1\na,0,0,1\n", "has rows without a sequence: 1");
        assertRefused(
                () -> found(
                        file("u.jsonl", "{\"position\": 0, \"layer\": 0, \"experts\": [1, 2], \"weights\": [0.5]}")),
                ErrorCode.CORRUPT_DATASET,
                "has rows without a weight, or lists of different lengths");
        assertRefused(
                () -> found(file("t.csv", "step,layer,expert\n0,0,1\n")),
                ErrorCode.INVALID_ARGUMENT,
                "t.csv has no column 'position', but step, layer, expert; name its columns with --columns");
        assertRefused(
                () -> found(file("t.csv", CSV), Map.of("position", "step")),
                ErrorCode.INVALID_ARGUMENT,
                "t.csv has no column 'step', but sequence, phase, ");
        assertRefused(
                () -> found(file("t.csv", CSV), Map.of("where", "position")),
                ErrorCode.INVALID_ARGUMENT,
                "No column means 'where'; there are sequence, phase, position, layer, rank, expert, weight, score, entropy, probabilities, count");
        assertRefused(
                () -> found(file("t.txt", CSV)),
                ErrorCode.INVALID_ARGUMENT,
                "t.txt does not end in .csv, .tsv, .jsonl, .ndjson or .parquet");
        assertRefused(() -> found(directory.resolve("none.csv")), ErrorCode.FILE_NOT_FOUND, "none.csv");
        Path folder = Files.createDirectory(directory.resolve("folder.csv"));
        assertRefused(() -> found(folder), ErrorCode.INVALID_ARGUMENT, "folder.csv is a directory, not a file");
    }

    /** However a file is cut or changed, it is read or refused. */
    @Test
    void refusesDamagedFiles() throws IOException, SQLException {
        byte[] whole = Files.readAllBytes(written("t.parquet", "FROM '%s'".formatted(file("t.csv", CSV))));
        Path damaged = directory.resolve("damaged.parquet");
        for (int length = 0; length < whole.length; length += 97) {
            Files.write(damaged, Arrays.copyOf(whole, length));
            assertRefused(() -> found(damaged), ErrorCode.CORRUPT_DATASET, "damaged.parquet cannot be read: ");
        }
        refuses("position,layer,expert\n0,0,1\n0,0,x\n", "has column 'expert' of type VARCHAR");
        // DuckDB takes the type of a column from fewer rows than these.
        refuses(
                "position,layer,expert\n" + "0,0,1\n".repeat(50_000) + "0,0,x\n",
                "cannot be read: Conversion Error: CSV Error on Line: 50002. Error when converting column \"expert\"");
        assertRefused(
                () -> found(
                        file("cut.jsonl", "{\"position\": 0, \"layer\": 0, \"expert\": 1}\n{\"position\": 1, \"lay")),
                ErrorCode.CORRUPT_DATASET,
                "cut.jsonl cannot be read: ");
    }

    @Test
    void isImportedWithItsPhasesAndScores() throws IOException, SQLException {
        TraceImport traces = new TraceImport(TraceKind.LONG, TraceShape.unknown());
        traces.read(file("t.csv", CSV));
        try (Store store = Store.create(directory.resolve("long.duckdb"))) {
            store.importRun(traces.run("r", "m", OptionalInt.empty()), "test");
            try (Connection connection = store.reader();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(
                            "SELECT string_agg(phase || \"position\" || is_last_prompt || CAST(experts AS VARCHAR) || CAST(scores AS VARCHAR), ' ' ORDER BY question_id, layer, \"position\") FROM token_routing")) {
                rows.next();
                assertThat(rows.getString(1))
                        .isEqualTo(
                                "prompt0false[3, 1][9.0, 8.0] prompt1true[2, 0][10.0, 7.0] generated2false[1, 3][6.0, 5.0] prompt0true[2, 3][4.0, 3.0]");
            }
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    private void refuses(String csv, String what) throws IOException {
        Path file = file("wrong.csv", csv);
        assertRefused(() -> found(file), ErrorCode.CORRUPT_DATASET, what);
    }

    private Path written(String name, String query) throws SQLException {
        Path file = directory.resolve(name);
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute("COPY (%s) TO '%s'%s"
                    .formatted(query, file, name.endsWith(".jsonl") ? " (FORMAT json)" : " (FORMAT parquet)"));
        }
        return file;
    }

    private static Found found(Path file) {
        return found(file, Map.of());
    }

    private static Found found(Path file, Map<String, String> columns) {
        return Found.in(TraceKind.LONG, file, TraceShape.unknown().withColumns(columns));
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }
}
