package io.gatehouse.server.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;

/** However long a field is, CSV of it takes little memory, and is the same as that of a short one. */
final class TestCsvBuffer {
    private static final int MEGABYTE = 1 << 20;
    private static final List<String> WORDS = List.of("a", "é", "日本", "𝕏", "\"", ",", "\n", "word ");

    @Test
    void writesTextsOfEveryLength() throws Exception {
        long seed = Long.getLong("gatehouse.test.seed", 20_261_128L);
        Random random = new Random(seed);
        for (int near : new int[] {0, 65_536, 131_072, 200_000}) {
            for (int i = 0; i < 60; i++) {
                String text = text(random, Math.max(0, near + random.nextInt(20) - 10), i % 3);
                for (boolean spreadsheet : new boolean[] {false, true}) {
                    assertThat(fromVector(text, spreadsheet))
                            .as("seed %d, %d characters", seed, text.length())
                            .isEqualTo(expected(text, spreadsheet));
                    assertThat(fromString(text, spreadsheet)).isEqualTo(expected(text, spreadsheet));
                }
            }
        }
    }

    /** @param kind 0 for texts without quotes, 1 for those that a spreadsheet takes for formulas, 2 for any */
    private static String text(Random random, int length, int kind) {
        StringBuilder text = new StringBuilder(kind == 1 ? "=" : "");
        while (text.length() < length) {
            text.append(WORDS.get(random.nextInt(kind == 0 ? 4 : WORDS.size())));
        }
        return text.toString();
    }

    private static String expected(String text, boolean spreadsheet) {
        String safe = spreadsheet && text.startsWith("=") ? "'" + text : text;
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n');
        return "x," + (plain ? safe : '"' + safe.replace("\"", "\"\"") + '"') + "\r\n";
    }

    private static String fromString(String text, boolean spreadsheet) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvBuffer csv = new CsvBuffer(out, spreadsheet);
        csv.text("x");
        csv.separate(1);
        csv.text(text);
        csv.endLine();
        csv.drain();
        return out.toString(UTF_8);
    }

    private static String fromVector(String text, boolean spreadsheet) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector texts = new VarCharVector("t", allocator)) {
            texts.setSafe(0, "before".getBytes(UTF_8));
            texts.setSafe(1, text.getBytes(UTF_8));
            texts.setValueCount(2);
            CsvBuffer csv = new CsvBuffer(out, spreadsheet);
            csv.text("x");
            csv.separate(1);
            CsvField.of(texts).write(csv, 1);
            csv.endLine();
            csv.drain();
        }
        return out.toString(UTF_8);
    }

    @Test
    void writesALongTextInLittleMemory() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector texts = new VarCharVector("t", allocator)) {
            byte[] quotes = "\"".repeat(64 * MEGABYTE).getBytes(UTF_8);
            texts.setSafe(0, quotes);
            texts.setValueCount(1);
            CsvField field = CsvField.of(texts);
            Counting out = new Counting();
            assertThat(allocated(() -> write(field, out))).isLessThan(2 * MEGABYTE);
            // It is written twice.
            assertThat(out.count).isEqualTo(2 * (2L * quotes.length + 2));
        }
    }

    @Test
    void writesALongListInLittleMemory() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                ListVector lists = ListVector.empty("l", allocator)) {
            lists.addOrGetVector(FieldType.nullable(Types.MinorType.VARCHAR.getType()));
            lists.allocateNew();
            VarCharVector texts = (VarCharVector) lists.getDataVector();
            byte[] text = "x".repeat(8 * MEGABYTE).getBytes(UTF_8);
            lists.startNewValue(0);
            for (int i = 0; i < 4; i++) {
                texts.setSafe(i, text);
            }
            lists.endValue(0, 4);
            lists.setValueCount(1);
            CsvField field = CsvField.of(lists);
            Counting out = new Counting();
            assertThat(allocated(() -> write(field, out))).isLessThan(2 * MEGABYTE);
            assertThat(out.count).isEqualTo(2 * (4L * (text.length + 4) + 3 + 4));
        }
        try (BufferAllocator allocator = new RootAllocator();
                ListVector lists = ListVector.empty("l", allocator)) {
            lists.addOrGetVector(FieldType.nullable(Types.MinorType.INT.getType()));
            lists.allocateNew();
            IntVector numbers = (IntVector) lists.getDataVector();
            lists.startNewValue(0);
            for (int i = 0; i < 1000; i++) {
                numbers.setSafe(i, i);
            }
            lists.endValue(0, 1000);
            lists.setValueCount(1);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            write(CsvField.of(lists), out);
            assertThat(out.toString(UTF_8)).startsWith("\"[0,1,2,").endsWith(",998,999]\"");
        }
    }

    private static void write(CsvField field, OutputStream out) throws IOException {
        CsvBuffer csv = new CsvBuffer(out, false);
        field.write(csv, 0);
        csv.drain();
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Bytes of the heap. */
    private static long allocated(Work work) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        work.run();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static final class Counting extends OutputStream {
        private long count;

        @Override
        public void write(int b) {
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            count += length;
        }
    }
}
