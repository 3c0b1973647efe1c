package io.gatehouse.handover;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
 * Writes what {@code torch.save} writes of a dictionary with one matrix: a zip of a pickle and the numbers that
 * it refers to. {@code torch.load(…, weights_only=True)} reads it.
 */
final class TorchFile {
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
        entries.put("archive/data.pkl", dictionary(name, matrix.length, columns));
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
    private static byte[] dictionary(String name, int rows, int columns) {
        Pickle pickle = new Pickle();
        pickle.op(Pickle.EMPTY_DICT);
        pickle.text(name);
        pickle.global("torch._utils", "_rebuild_tensor_v2");
        pickle.op(Pickle.MARK);
        pickle.op(Pickle.MARK);
        pickle.text("storage");
        pickle.global("torch", "LongStorage");
        pickle.text("0");
        pickle.text("cpu");
        pickle.number(rows * columns);
        pickle.op(Pickle.TUPLE);
        pickle.op(Pickle.BINPERSID);
        // Where it begins in the storage, its shape, its strides.
        pickle.number(0);
        pickle.number(rows);
        pickle.number(columns);
        pickle.op(Pickle.TUPLE2);
        pickle.number(columns);
        pickle.number(1);
        pickle.op(Pickle.TUPLE2);
        // It needs no gradient, and has no hooks.
        pickle.op(Pickle.NEWFALSE);
        pickle.global("collections", "OrderedDict");
        pickle.op(Pickle.EMPTY_TUPLE);
        pickle.op(Pickle.REDUCE);
        pickle.op(Pickle.TUPLE);
        pickle.op(Pickle.REDUCE);
        pickle.op(Pickle.SETITEM);
        return pickle.finish();
    }
}
