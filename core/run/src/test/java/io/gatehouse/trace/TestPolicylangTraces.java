package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traces as {@code TraceRecording.save_parquet} and {@code save_jsonl} of moe-policylang 1.15.0 write them;
 * docs/samples/import/policylang.parquet was written by the former.
 */
final class TestPolicylangTraces {
    private static final String HEADER =
            "{\"model_name\": \"tiny\", \"num_layers\": 2, \"num_experts\": 4, \"top_k\": 2, \"num_entries\": %d, \"records_full_softmax\": true}%n";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void parquet() throws IOException, SQLException {
        Path file = directory.resolve("trace.parquet");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute("""
                    COPY (
                        FROM (VALUES
                            (3, 0, 1, [1, 2], [0.5, 0.25], [0.125, 0.5, 0.25, 0.125], 'prefill', 'math'),
                            (3, 1, 1, [3, 1], [0.5, 0.1875], [0.0625, 0.1875, 0.25, 0.5], 'decode', 'math'),
                            (4, 0, 1, [0, 1], [0.75, 0.125], [0.75, 0.125, 0.0625, 0.0625], 'prefill', 'math')
                        ) AS t(prompt_id, token_idx, layer_idx, selected_experts, router_scores, router_softmax, phase,
                            domain_tag)
                    ) TO '%s' (FORMAT parquet, COMPRESSION zstd)""".formatted(file));
        }
        requireWhole(Found.in(TraceKind.POLICYLANG, file, TraceShape.unknown()));
    }

    @Test
    void jsonLines() throws IOException {
        requireWhole(found(HEADER.formatted(3) + """
                {"p": 3, "t": 0, "l": 1, "e": [1, 2], "s": [0.5, 0.25], "sm": [0.125, 0.5, 0.25, 0.125], "ph": "prefill", "dm": "math"}
                {"p": 3, "t": 1, "l": 1, "e": [3, 1], "s": [0.5, 0.1875], "sm": [0.0625, 0.1875, 0.25, 0.5], "ph": "decode", "dm": "math"}
                {"p": 4, "t": 0, "l": 1, "e": [0, 1], "s": [0.75, 0.125], "sm": [0.75, 0.125, 0.0625, 0.0625], "ph": "prefill", "dm": "math"}
                """));
    }

    private static void requireWhole(Found found) {
        assertThat(found.sequences).extracting(TracedSequence::name).containsExactly("3", "4");
        TracedSequence sequence = found.sequences.get(0);
        assertThat(sequence.length()).isEqualTo(1);
        TracedLayer layer = sequence.layers().get(0);
        assertThat(layer.layer()).isEqualTo(1);
        assertThat(layer.positions()).containsExactly(0, 1);
        assertThat(layer.experts()).containsExactly(1, 2, 3, 1);
        assertThat(layer.ranked()).isTrue();
        assertThat(layer.weights()).containsExactly(0.5f, 0.25f, 0.5f, 0.1875f);
        assertThat(layer.probabilities()).containsExactly(0.125f, 0.5f, 0.25f, 0.125f, 0.0625f, 0.1875f, 0.25f, 0.5f);
    }

    /** The scores of a trace may be null, and phases are optional. */
    @Test
    void expertsAlone() throws IOException {
        Found found = found(HEADER.formatted(1) + "{\"p\": 0, \"t\": 0, \"l\": 1, \"e\": [2, 1], \"s\": null}\n");
        TracedLayer layer = found.sequences.get(0).layers().get(0);
        assertThat(layer.experts()).containsExactly(2, 1);
        assertThat(layer.ranked()).isFalse();
        assertThat(layer.weights()).isEmpty();
        assertThat(layer.probabilities()).isEmpty();
    }

    @Test
    void expertsInNoOrder() throws IOException {
        Found found =
                found(HEADER.formatted(1) + "{\"p\": 0, \"t\": 0, \"l\": 1, \"e\": [2, 1], \"s\": [0.25, 0.5]}\n");
        TracedLayer layer = found.sequences.get(0).layers().get(0);
        assertThat(layer.ranked()).isFalse();
        assertThat(layer.weights()).containsExactly(0.25f, 0.5f);
    }

    @Test
    void damaged() throws IOException {
        String entry = "{\"p\": 0, \"t\": 0, \"l\": 1, \"e\": [2, 1], \"s\": [0.5, 0.25]%s}%n";
        fails(HEADER.formatted(2) + entry.formatted(""), " has 1 entries, but its header says 2");
        fails(entry.formatted(""), " has 0 lines with a model_name instead of one header");
        fails(
                HEADER.formatted(1) + entry.formatted(", \"sm\": [0.5, 0.5]"),
                ", sequence 0 has 2 probabilities for position 0 of layer 1; they must be as many as at its first position, include expert 2, and sum to 1");
        fails(
                HEADER.formatted(1) + entry.formatted(", \"sm\": [0.5, 0.25, 0.5]"),
                ", sequence 0 has 3 probabilities for position 0 of layer 1; ");
        fails(
                HEADER.formatted(1) + entry.formatted(", \"sm\": [0.5, null, 0.5]"),
                ", sequence 0 has 3 probabilities for position 0 of layer 1; ");
        fails(
                HEADER.formatted(2) + entry.formatted("")
                        + "{\"p\": 0, \"t\": 1, \"l\": 1, \"e\": [2, 1], \"s\": null}\n",
                " has rows without a weight, or lists of different lengths");
        fails(HEADER.formatted(1) + "{\"p\": 0, \"t\": 0, \"l\": 1, \"e\": [\"x\"]}\n", " cannot be read: ");
        fails(HEADER.formatted(1) + entry.formatted(", \"ph\": \"later\""), " cannot be read: ");
    }

    /** Tables of other programs may have the whole gate, too. */
    @Test
    void tablesHaveProbabilities() throws IOException {
        Path file = Files.writeString(
                directory.resolve("t.jsonl"),
                "{\"position\": 0, \"layer\": 0, \"experts\": [1, 0], \"gate\": [0.25, 0.75]}\n");
        Found found = Found.in(TraceKind.LONG, file, TraceShape.unknown().withColumns(Map.of("probabilities", "gate")));
        assertThat(found.sequences.get(0).layers().get(0).probabilities()).containsExactly(0.25f, 0.75f);
    }

    private Found found(String lines) throws IOException {
        return Found.in(
                TraceKind.POLICYLANG, Files.writeString(directory.resolve("trace.jsonl"), lines), TraceShape.unknown());
    }

    private void fails(String lines, String what) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> found(lines))
                .withMessageStartingWith(directory.resolve("trace.jsonl") + what);
    }
}
