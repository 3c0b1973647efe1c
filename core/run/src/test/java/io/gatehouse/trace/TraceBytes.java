package io.gatehouse.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Writes files of little-endian numbers of 32 bits. */
final class TraceBytes {
    private static final String NAME = "trace.bin";

    private TraceBytes() {}

    static Path ints(Path directory, int... numbers) throws IOException {
        ByteBuffer bytes = little(numbers.length * Integer.BYTES);
        bytes.asIntBuffer().put(numbers);
        return Files.write(directory.resolve(NAME), all(bytes));
    }

    /** A file of gates of four experts, as {@code llama-router-trace} writes it. */
    static Path gates(Path directory, byte[]... records) throws IOException {
        return of(directory, "RTRACE01", 4, 0, records);
    }

    /** A record of such a file. */
    static byte[] gate(int token, int layer, float... gate) {
        ByteBuffer bytes =
                little((2 + gate.length) * Integer.BYTES).putInt(token).putInt(layer);
        for (float probability : gate) {
            bytes.putFloat(probability);
        }
        return all(bytes);
    }

    static Path of(Path directory, String magic, int experts, int version, byte[]... records) throws IOException {
        ByteBuffer bytes = little(
                16 + Arrays.stream(records).mapToInt(record -> record.length).sum());
        bytes.put(magic.getBytes(StandardCharsets.ISO_8859_1)).putInt(experts).putInt(version);
        for (byte[] record : records) {
            bytes.put(record);
        }
        return Files.write(directory.resolve(NAME), all(bytes));
    }

    private static byte[] all(ByteBuffer bytes) {
        byte[] all = new byte[bytes.capacity()];
        bytes.get(0, all);
        return all;
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
