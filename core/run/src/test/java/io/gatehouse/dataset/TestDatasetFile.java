package io.gatehouse.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestDatasetFile {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void readsJsonLines() throws IOException {
        Path file = directory.resolve("two.jsonl");
        Files.writeString(file, "{\"b\": \"2020-01-01\", \"a\": [1, 2]}\n\n{\"a\": null}");
        assertThat(read(file)).containsExactly("{\"b\":\"2020-01-01\",\"a\":[1,2]}", "{\"a\":null}");
        assertThat(places(file)).containsExactly(file + ", line 1", file + ", line 3");
    }

    /** Names of files are names, whatever they would mean as patterns. */
    @Test
    void readsParquetInTheOrderOfTheFile() throws SQLException {
        for (String name : List.of("plain.parquet", "odd [1]*?.parquet")) {
            Path file = directory.resolve(name);
            writeParquet(file);
            assertThat(read(file))
                    .containsExactly(
                            "{\"question\":\"Wie heißt \\\"du\\\"?\",\"choices\":{\"text\":[\"a\",\"b\"],\"label\":[\"1\",\"2\"]},\"answer\":1}",
                            "{\"question\":\"line\\nbreak\",\"choices\":null,\"answer\":0}");
            assertThat(places(file)).containsExactly(file + ", row 1", file + ", row 2");
        }
    }

    @Test
    void readsArrowAsStreamAndAsFile() throws IOException {
        for (boolean stream : new boolean[] {true, false}) {
            Path file = directory.resolve("texts-%s.arrow".formatted(stream));
            writeArrow(file, stream);
            assertThat(read(file)).containsExactly("{\"text\":\"één\"}", "{\"text\":\"two\"}");
        }
    }

    @Test
    void saysWhereAFileIsDamaged() throws IOException, SQLException {
        Path lines = directory.resolve("damaged.jsonl");
        Files.writeString(lines, "{\"a\": 1}\n{\"a\": 1, \"a\": 2}\n");
        fails(lines, ErrorCode.CORRUPT_DATASET, lines + ", line 2 is not valid JSON: Duplicate field 'a'");
        Files.writeString(lines, "{\"a\": 1} {}\n");
        fails(lines, ErrorCode.CORRUPT_DATASET, lines + ", line 1 is not valid JSON: ");
        Files.writeString(lines, "[1]\n");
        fails(lines, ErrorCode.CORRUPT_DATASET, lines + ", line 1 is not a JSON object");
        Files.write(lines, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        fails(lines, ErrorCode.CORRUPT_DATASET, lines + " is not UTF-8");
        Path parquet = directory.resolve("cut.parquet");
        writeParquet(parquet);
        byte[] whole = Files.readAllBytes(parquet);
        Files.write(parquet, Arrays.copyOf(whole, whole.length - 9));
        fails(parquet, ErrorCode.CORRUPT_DATASET, parquet + " cannot be read: ");
        Path arrow = directory.resolve("cut.arrow");
        writeArrow(arrow, true);
        Files.write(arrow, Arrays.copyOf(Files.readAllBytes(arrow), 40));
        fails(arrow, ErrorCode.CORRUPT_DATASET, arrow + " has a message of 136 bytes at byte 8 of 40.");
    }

    @Test
    void refusesWhatIsNotThereOrNoDataset() {
        fails(directory.resolve("none.jsonl"), ErrorCode.FILE_NOT_FOUND, "There is no file ");
        fails(
                directory.resolve("data.csv"),
                ErrorCode.INVALID_ARGUMENT,
                directory.resolve("data.csv") + " does not end in .jsonl or .parquet or .arrow");
    }

    /** Until DuckDB's reader of it is mended. */
    @Test
    void refusesBrotliByName() throws SQLException {
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            for (String codec : List.of("snappy", "zstd", "gzip", "uncompressed", "brotli")) {
                Path file = directory.resolve("it's [%s].parquet".formatted(codec));
                Path plain = directory.resolve("written.parquet");
                statement.execute("COPY (SELECT i FROM range(3) AS t(i)) TO '%s' (FORMAT parquet, COMPRESSION %s)"
                        .formatted(plain, codec));
                Files.move(plain, file);
                if (codec.equals("brotli")) {
                    fails(file, ErrorCode.CORRUPT_DATASET, file + " is compressed with Brotli, which is not read");
                } else {
                    assertThat(read(file)).hasSize(3);
                }
            }
        } catch (IOException e) {
            throw new SQLException(e);
        }
    }

    private static List<String> read(Path file) {
        List<String> records = new ArrayList<>();
        DatasetFile.read(file, dataset -> records.add(dataset.node().toString()));
        return records;
    }

    private static List<String> places(Path file) {
        List<String> places = new ArrayList<>();
        DatasetFile.read(file, dataset -> places.add(dataset.place()));
        return places;
    }

    private static void fails(Path file, ErrorCode code, String start) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> read(file))
                .withMessageStartingWith(start)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private void writeParquet(Path file) throws SQLException {
        Path plain = directory.resolve("written.parquet");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute("""
                    COPY (
                        SELECT 'Wie heißt "du"?' AS question, {'text': ['a', 'b'], 'label': ['1', '2']} AS choices, 1 AS answer
                        UNION ALL
                        SELECT E'line\\nbreak', NULL, 0
                    ) TO '%s' (FORMAT parquet)""".formatted(plain));
            Files.move(plain, file);
        } catch (IOException e) {
            throw new SQLException(e);
        }
    }

    private static void writeArrow(Path file, boolean stream) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector texts = new VarCharVector("text", allocator);
                VectorSchemaRoot root = VectorSchemaRoot.of(texts);
                OutputStream out = Files.newOutputStream(file);
                ArrowWriter writer = stream
                        ? new ArrowStreamWriter(root, null, out)
                        : new ArrowFileWriter(root, null, Channels.newChannel(out))) {
            texts.setSafe(0, new Text("één"));
            texts.setSafe(1, new Text("two"));
            root.setRowCount(2);
            writer.start();
            writer.writeBatch();
            writer.end();
        }
    }
}
