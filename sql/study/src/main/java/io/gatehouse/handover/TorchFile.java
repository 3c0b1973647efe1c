package io.gatehouse.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes what {@code torch.save} writes of a dictionary with one matrix: a zip of a pickle (protocol 2, named as in
 * pickletools) and the numbers that it refers to. {@code torch.load(…, weights_only=True)} reads it.
 */
final class TorchFile {
    private static final char PROTO = '\u0080';
    private static final char EMPTY_DICT = '}';
    private static final char BINUNICODE = 'X';
    private static final char GLOBAL = 'c';
    private static final char MARK = '(';
    private static final char TUPLE = 't';
    private static final char TUPLE2 = '\u0086';
    private static final char EMPTY_TUPLE = ')';
    private static final char BININT = 'J';
    private static final char BINPERSID = 'Q';
    private static final char NEWFALSE = '\u0089';
    private static final char REDUCE = 'R';
    private static final char SETITEM = 's';
    private static final char STOP = '.';

    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    private TorchFile() {}

    /** Writes whole numbers under a name. */
    static void write(Path file, String name, long[][] matrix) throws IOException {
        int columns = matrix[0].length;
        ByteBuffer numbers =
                ByteBuffer.allocate(matrix.length * columns * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long[] row : matrix) {
            numbers.asLongBuffer().put(row);
            numbers.position(numbers.position() + columns * Long.BYTES);
        }
        Map<String, byte[]> entries = new TreeMap<>();
        entries.put("archive/data.pkl", new TorchFile().dictionary(name, matrix.length, columns));
        entries.put("archive/byteorder", "little".getBytes(US_ASCII));
        entries.put("archive/data/0", numbers.array());
        entries.put("archive/version", "3\n".getBytes(US_ASCII));
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                // PyTorch maps the numbers into memory, so they must not be packed.
                ZipEntry stored = new ZipEntry(entry.getKey());
                CRC32 checksum = new CRC32();
                checksum.update(entry.getValue());
                stored.setMethod(ZipEntry.STORED);
                stored.setSize(entry.getValue().length);
                stored.setCrc(checksum.getValue());
                zip.putNextEntry(stored);
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }

    /** {name: a tensor of shape [rows, columns] over the storage 0}. */
    private byte[] dictionary(String name, int rows, int columns) {
        op(PROTO);
        op((char) 2);
        op(EMPTY_DICT);
        text(name);
        global("torch._utils", "_rebuild_tensor_v2");
        op(MARK);
        op(MARK);
        text("storage");
        global("torch", "LongStorage");
        text("0");
        text("cpu");
        number(rows * columns);
        op(TUPLE);
        op(BINPERSID);
        // Where it begins in the storage, its shape, its strides.
        number(0);
        number(rows);
        number(columns);
        op(TUPLE2);
        number(columns);
        number(1);
        op(TUPLE2);
        // It needs no gradient, and has no hooks.
        op(NEWFALSE);
        global("collections", "OrderedDict");
        op(EMPTY_TUPLE);
        op(REDUCE);
        op(TUPLE);
        op(REDUCE);
        op(SETITEM);
        op(STOP);
        return pickle.toByteArray();
    }

    private void op(char code) {
        pickle.write(code);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        op(BINUNICODE);
        pickle.writeBytes(littleEndian(bytes.length));
        pickle.writeBytes(bytes);
    }

    private void global(String module, String name) {
        op(GLOBAL);
        pickle.writeBytes("%s\n%s\n".formatted(module, name).getBytes(US_ASCII));
    }

    private void number(int number) {
        op(BININT);
        pickle.writeBytes(littleEndian(number));
    }

    private static byte[] littleEndian(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }
}
