package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong in a file that is no text is named, too. */
final class TestDamagedTraces {
    private static final TraceShape TOP_2 = new TraceShape(OptionalInt.of(2), OptionalInt.of(2));

    @TempDir
    private Path directory = Path.of("");

    /** Pickles of {} and of {'records': [{}]}. */
    @Test
    void sglangRecords() throws IOException {
        fails(TraceKind.SGLANG_RECORDS, torch("}."), " has no field 'logical_count' or 'records'");
        fails(
                TraceKind.SGLANG_RECORDS,
                torch("}X\7\0\0\0records]}as."),
                ", records[0] has no field 'topk_ids_of_layer' or 'global_physical_count'");
        fails(TraceKind.SGLANG_RECORDS, torch("}X\7\0\0\0records]K\1as."), ", records[0] is not a dictionary");
    }

    /** Pickles of [], [1, 1, 1] and [{'a': 1}, {}, {}]. */
    @Test
    void olmoeCounts() throws IOException {
        fails(TraceKind.OLMOE_COUNTS, pickle("]."), " is not a list of 3 Counters");
        fails(TraceKind.OLMOE_COUNTS, pickle("](K\1K\1K\1e."), " holds 1 instead of a Counter");
        fails(TraceKind.OLMOE_COUNTS, pickle("](}X\1\0\0\0aK\1s}}e."), " counts expert a");
        fails(TraceKind.OLMOE_COUNTS, pickle("](}K\1X\1\0\0\0as}}e."), " has the count a");
    }

    @Test
    void imatrix() throws IOException {
        byte[] whole = resource("imatrix.gguf");
        fails(
                TraceKind.IMATRIX,
                Files.write(directory.resolve("a.gguf"), replaced(whole, "ffn_gate_exps", "ffn_gate_inps")),
                " has no tensor blk.N.ffn_gate_exps.weight.counts");
        // 4 tokens, and -4.
        fails(
                TraceKind.IMATRIX,
                Files.write(directory.resolve("b.gguf"), replaced(whole, "\0\0\u0080@", "\0\0\u0080\u00c0")),
                ", tensor blk.0.ffn_gate_exps.weight.counts counts -4.0 tokens for expert 0");
    }

    @Test
    void routerLogits() throws IOException {
        fails(
                TraceKind.ROUTER_LOGITS,
                npz("hidden_states.npy", "2, 3", 6),
                " has no array router_logits or router_logits.N");
        fails(
                TraceKind.ROUTER_LOGITS,
                npz("router_logits.npy", "2, 3", 6),
                ", array router_logits has the shape [2, 3] instead of 3 dimensions");
        fails(
                TraceKind.ROUTER_LOGITS,
                npz("router_logits.4.npy", "2, 3", 5),
                ", array router_logits.4.npy ends at byte 89, within 24 bytes that begin at 69");
    }

    @Test
    void flame() throws IOException, SQLException {
        fails(TraceKind.FLAME, parquet("[4, 1] AS indices"), ", row 1 has no field 'scores'");
        fails(TraceKind.FLAME, parquet("[0.5, 0.25] AS scores"), ", row 1 has no field 'indices'");
        fails(
                TraceKind.FLAME,
                parquet("[4, 1] AS indices, [0.5] AS scores"),
                ", row 1, field 'scores' has 1 numbers for 2 experts");
    }

    @Test
    void mbolt() throws IOException {
        fails(TraceKind.MBOLT, TraceBytes.ints(directory, 0x46554747, 1, 8), " begins with 46554747 instead of MBLT");
        fails(
                TraceKind.MBOLT,
                TraceBytes.ints(directory, 0x544C424D, 2, 8),
                " has version 2 of the format; version 1 is read");
        fails(
                TraceKind.MBOLT,
                TraceBytes.ints(directory, 0x544C424D, 1),
                " ends at byte 8, within 4 bytes that begin at 8");
        fails(
                TraceKind.MBOLT,
                TraceBytes.ints(directory, 0x544C424D, 1, -1),
                " has 4,294,967,295 experts in a layer; there are at most 32,767");
        fails(
                TraceKind.MBOLT,
                TraceBytes.ints(directory, 0x544C424D, 1, 8, -1, 2, 1, 0, 1),
                " has layer -1 with 1 tokens of 2 experts in record 1");
        fails(
                TraceKind.MBOLT,
                TraceBytes.ints(directory, 0x544C424D, 1, 8, 0, 2, 1, 0, 1, 1, 2, 1, 0, 8),
                " has the expert 8 in record 2; experts have numbers from 0 to 7");
        fails(
                TraceKind.MBOLT,
                TraceBytes.ints(directory, 0x544C424D, 1, 8, 0, 1, 3, 0, 1, 2, 1, 1, 2, 0, 1),
                ", record 2 has 2 tokens in layer 1, but other layers of the pass have 3");
        fails(
                TraceKind.MBOLT,
                TraceBytes.ints(directory, 0x544C424D, 1, 8, 0, 2, 1, 0, 0),
                ", sequence 1 names an expert twice for token 0 of layer 0");
    }

    @Test
    void rtrace() throws IOException {
        byte[] row = TraceBytes.gate(0, 1, 0.125f, 0.5f, 0.25f, 0.125f);
        fails(TraceKind.RTRACE, TraceBytes.of(directory, "RTRACE02", 4, 0, row), " does not begin with RTRACE01");
        fails(
                TraceKind.RTRACE,
                TraceBytes.of(directory, "RTRACE01", 0, 0, row),
                " has 0 experts in a layer; there are from 1 to 32,767");
        fails(
                TraceKind.RTRACE,
                TraceBytes.of(directory, "RTRACE01", 4, 1, row),
                " has version 1 of the format; version 0 is read");
        fails(TraceKind.RTRACE, TraceBytes.gates(directory), " has no records");
        fails(
                TraceKind.RTRACE,
                TraceBytes.gates(directory, row, Arrays.copyOf(row, 20)),
                " ends at byte 60, within record 2 of 24 bytes");
        fails(TraceKind.RTRACE, TraceBytes.gates(directory, row, row), " has token 0 of layer 1 twice");
        fails(
                TraceKind.RTRACE,
                TraceBytes.gates(directory, row, TraceBytes.gate(-1, 1, 1, 0, 0, 0)),
                " has token -1 of layer 1 in record 2");
        fails(
                TraceKind.RTRACE,
                TraceBytes.gates(directory, row, TraceBytes.gate(1, 1, 0.5f, Float.NaN, 0.5f, 0)),
                " has numbers in record 2, of token 1 in layer 1, that are not probabilities: expert 1 has NaN");
        fails(
                TraceKind.RTRACE,
                TraceBytes.gates(directory, TraceBytes.gate(0, 1, 1, 1, 1, 1)),
                " has numbers in record 1, of token 0 in layer 1, that are not probabilities: their sum is 4.0");
    }

    private static void fails(TraceKind kind, Path file, String what) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Found.in(kind, file, TOP_2))
                .withMessage("%s%s.".formatted(file, what))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATASET));
    }

    private Path torch(String pickle) throws IOException {
        return zip("dump.pt", "dump/data.pkl", latin("\u0080\2" + pickle));
    }

    private Path pickle(String pickle) throws IOException {
        return Files.write(directory.resolve("law.pkl"), latin("\u0080\2" + pickle));
    }

    /** An array of float32 zeros, perhaps of fewer than its shape says. */
    private Path npz(String name, String shape, int elements) throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }".formatted(shape);
        return zip(
                "logits.npz",
                name,
                latin("\u0093NUMPY\1\0" + (char) header.length() + "\0" + header + "\0".repeat(4 * elements)));
    }

    private Path parquet(String columns) throws SQLException {
        Path file = directory.resolve("layer_02.parquet");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute("COPY (SELECT %s) TO '%s' (FORMAT parquet)".formatted(columns, file));
        }
        return file;
    }

    private Path zip(String file, String entry, byte[] content) throws IOException {
        Path path = directory.resolve(file);
        try (OutputStream out = Files.newOutputStream(path);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content);
            zip.closeEntry();
        }
        return path;
    }

    private static byte[] replaced(byte[] bytes, String from, String to) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        return latin(text.replace(from, to));
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(TestDamagedTraces.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }
}
