package io.gatehouse.trace;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Expert profiles of exllamav3, as {@code util/moe_profile_build.py} and {@code util/moe_profile_pack.py} of
 * turboderp-org/exllamav3#315 (at 31cbf7a528520f5d25cbf828ef1c8afe7dea224e) write them: two prompts, two layers with
 * experts, three experts.
 */
final class TestExl3Census {
    private static final String SHAPE = "2, 2, 3";
    private static final long[] PREFILL = {5, 0, 1, 2, 2, 2, 0, 7, 1, 3, 4, 1};
    private static final long[] DECODE = {1, 1, 0, 0, 0, 2, 1, 0, 1, 2, 0, 0};
    private static final String KEYS = "[\"model.language_model.layers.3.mlp\", \"model.language_model.layers.4.mlp\"]";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void countsThePromptsOfACensus() throws IOException {
        Path file = npz(Map.of("counts_decode", DECODE, "counts_prefill", PREFILL));
        Files.writeString(
                directory.resolve("wiki.meta.json"),
                "{\"layer_keys\": %s, \"fingerprint\": {\"layers\": 5}, \"capture\": {}}".formatted(KEYS));
        Found found = found(file);
        assertThat(found.counts)
                .extracting(ExpertCounts::domain)
                .containsExactly(
                        Optional.of("wiki, prompt 1"),
                        Optional.of("wiki, prompt 1"),
                        Optional.of("wiki, prompt 2"),
                        Optional.of("wiki, prompt 2"));
        assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(3, 4, 3, 4);
        assertThat(found.counts)
                .extracting(ExpertCounts::counts)
                .containsExactly(
                        new long[] {5, 0, 1}, new long[] {2, 2, 2}, new long[] {0, 7, 1}, new long[] {3, 4, 1});
        assertThat(found.leftOut).containsExactly("counts_decode");
        TraceImport traces = new TraceImport(TraceKind.EXL3, new TraceShape(OptionalInt.empty(), OptionalInt.of(1)));
        traces.read(file);
        assertThat(traces.run("r", "m", OptionalInt.empty()).provenance()).containsEntry("left_out", "counts_decode");
    }

    @Test
    void numbersLayersByTheirOrderIfNothingNamesThem() throws IOException {
        Path file = npz(Map.of("counts_prefill", PREFILL));
        assertThat(found(file).counts).extracting(ExpertCounts::layer).containsExactly(0, 1, 0, 1);
        assertThat(found(file).leftOut).isEmpty();
        Path meta = directory.resolve("wiki.meta.json");
        Files.writeString(meta, "{\"fingerprint\": {\"layers\": 2}}");
        assertThat(found(file).counts).extracting(ExpertCounts::layer).containsExactly(0, 1, 0, 1);
        Files.writeString(meta, "{\"fingerprint\": {\"layers\": 3, \"moe_layers\": [1, 2]}}");
        assertThat(found(file).counts).extracting(ExpertCounts::layer).containsExactly(1, 2, 1, 2);
        Files.writeString(meta, "{\"fingerprint\": {\"layers\": 3}}");
        refuses(file, " has counts of 2 layers of a model with 3, and no layer_keys that say which.");
        Files.writeString(meta, "{\"layer_keys\": [\"layers.0.mlp\"]}");
        refuses(file, " has counts of 2 layers, but names 1.");
        Files.writeString(meta, "{\"layer_keys\": [\"layers.0.mlp\", \"mtp.layers.0.mlp\"]}");
        refuses(file, " has layer 0 twice, as 'mtp.layers.0.mlp'.");
        Files.writeString(meta, "{\"layer_keys\": [\"layers.0.mlp\", \"mlp\"]}");
        refuses(file, " has the layer key 'mlp', which has no number.");
    }

    /** The store has no counts of generated tokens, and takes them for nothing else. */
    @Test
    void refusesCountsOfGeneratedTokens() throws IOException {
        refuses(
                npz(Map.of("counts_decode", DECODE)),
                " has counts_decode and no counts_prefill: these are counts of generated tokens, but counts are kept of prompts only.");
        refuses(
                npz(Map.of("counts_decode", DECODE, "counts_prefill", new long[12])),
                " has only zeros in counts_prefill: these are counts of generated tokens, but counts are kept of prompts only.");
        refuses(
                packed("counts_decode", true),
                " was packed of counts_decode: these are counts of generated tokens, but counts are kept of prompts only.");
    }

    @Test
    void countsPackedProfiles() throws IOException {
        Found found = found(packed("counts_prefill", true));
        assertThat(found.counts).extracting(ExpertCounts::layer).containsExactly(3, 4, 3, 4);
        assertThat(found.counts.get(2).domain()).contains("wiki, prompt 2");
        assertThat(found.counts.get(2).counts()).containsExactly(0, 7, 1);
        Found sums = found(packed("counts_prefill", false));
        assertThat(sums.counts)
                .extracting(ExpertCounts::domain)
                .containsExactly(Optional.of("wiki"), Optional.of("wiki"));
        assertThat(sums.counts)
                .extracting(ExpertCounts::counts)
                .containsExactly(new long[] {5, 7, 2}, new long[] {5, 6, 3});
    }

    @Test
    void countsListsOfLayers() throws IOException {
        Path file = Files.writeString(
                directory.resolve("stats.json"),
                "{\"model.layers.4.mlp\": [2, 0, 1], \"model.layers.3.mlp\": [1, 1, 1.0]}");
        assertThat(found(file).counts).extracting(ExpertCounts::layer).containsExactly(4, 3);
        assertThat(found(file).counts.get(0).counts()).containsExactly(2, 0, 1);
        Files.writeString(file, "{\"model.layers.4.mlp\": [2, 0.5]}");
        refuses(file, ", field 'model.layers.4.mlp[1]' is 0.5, which is not a count.");
        Files.writeString(file, "{\"model.layers.4.mlp\": [2], \"layers.4\": [2]}");
        refuses(file, " has layer 4 twice, as 'layers.4'.");
    }

    @Test
    void namesWhatIsWrong() throws IOException {
        refuses(npz(Map.of("ranking", PREFILL)), " has no array counts_prefill or counts.");
        refuses(
                npz(Map.of("counts_prefill", new long[] {1, 1, 1, 1, -4, 1, 1, 1, 1, 1, 1, 1})),
                " counts -4.0 in counts_prefill[0] for expert 1 of layer 1.");
        Path flat = zipped("wiki.npz", Map.of("counts_prefill", npy("12", PREFILL)));
        refuses(
                flat,
                " has the shape [12] in counts_prefill instead of [prompts, layers, experts] or [layers, experts].");
        Path text = Files.writeString(directory.resolve("wiki.txt"), "");
        assertRefused(
                () -> found(text),
                ErrorCode.INVALID_ARGUMENT,
                "%s does not end in .npz, .exl3moe, .safetensors or .json.".formatted(text));
    }

    private Found found(Path file) {
        return Found.in(TraceKind.EXL3, file, TraceShape.unknown());
    }

    private void refuses(Path file, String what) {
        assertRefused(() -> found(file), ErrorCode.CORRUPT_DATASET, file + what);
    }

    private Path npz(Map<String, long[]> arrays) throws IOException {
        Files.deleteIfExists(directory.resolve("wiki.meta.json"));
        Map<String, byte[]> files = new TreeMap<>();
        arrays.forEach((name, numbers) -> files.put(name, npy(SHAPE, numbers)));
        return zipped("wiki.npz", files);
    }

    private Path zipped(String name, Map<String, byte[]> arrays) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
                zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
                zip.write(array.getValue());
            }
        }
        return file;
    }

    private static byte[] npy(String shape, long... numbers) {
        byte[] header = latin("{'descr': '<i8', 'fortran_order': False, 'shape': (%s,), }\n".formatted(shape));
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length + numbers.length * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(latin("\u0093NUMPY\1\0")).putShort((short) header.length).put(header);
        bytes.asLongBuffer().put(numbers);
        return bytes.array();
    }

    /** What pack() writes: ranking (int32) and counts (int64) of the sums, and perhaps the census (int32). */
    private Path packed(String bank, boolean census) throws IOException {
        String header = """
                {"__metadata__": {"source_bank": "%s", "layers": "2", "experts": "3", "prompts": "2", "has_ranking": "1", \
                "packed_from": "wiki.npz", "layer_keys": "%s", "fingerprint": "{\\"layers\\": 5}"}, \
                "counts": {"dtype": "I64", "shape": [2, 3], "data_offsets": [0, 48]}, \
                %s"ranking": {"dtype": "I32", "shape": [2, 3], "data_offsets": [48, 72]}}""".formatted(
                bank,
                KEYS.replace("\"", "\\\""),
                census ? "\"census\": {\"dtype\": \"I32\", \"shape\": [2, 2, 3], \"data_offsets\": [72, 120]}, " : "");
        byte[] json = latin(header);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + (census ? 120 : 72))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        for (long count : new long[] {5, 7, 2, 5, 6, 3}) {
            bytes.putLong(count);
        }
        for (int expert : new int[] {1, 0, 2, 1, 0, 2}) {
            bytes.putInt(expert);
        }
        for (int i = 0; census && i < PREFILL.length; i++) {
            bytes.putInt((int) PREFILL[i]);
        }
        return Files.write(directory.resolve("wiki.exl3moe"), bytes.array());
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
