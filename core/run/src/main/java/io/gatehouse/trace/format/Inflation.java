package io.gatehouse.trace.format;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the entries of one zip file may inflate to, all together: a hundred times the file, which is more than arrays of
 * numbers do, and never more than there is memory for.
 */
final class Inflation {
    private static final long MAX_BYTES = 1L << 30;
    private static final int MAX_RATIO = 100;
    /** So little is harmless, whatever it inflated from. */
    private static final long FREE = 1L << 20;

    private static final int FIRST_CHUNK = 1 << 13;
    /** Heap that an entry takes beside its bytes. */
    private static final int ENTRY_OVERHEAD = 256;

    private final Path file;
    private final FileMemory memory;
    private final long limit;
    private long inflated;

    private Inflation(Path file, long limit) {
        this.file = file;
        this.memory = FileMemory.of(file);
        this.limit = limit;
    }

    static Inflation of(Path file) throws IOException {
        return new Inflation(file, Math.min(MAX_BYTES, FREE + MAX_RATIO * Math.min(Files.size(file), MAX_BYTES)));
    }

    /**
     * The rest of an entry, whatever size it claims.
     *
     * @throws GatehouseException CORRUPT_DATASET if all entries together become too large; OUT_OF_MEMORY
     */
    byte[] read(InputStream entry) throws IOException {
        byte[] content = new byte[FIRST_CHUNK];
        int length = 0;
        memory.take(ENTRY_OVERHEAD);
        for (int read = entry.readNBytes(content, 0, content.length); read > 0; ) {
            count(read);
            length += read;
            if (length == content.length) {
                // As long as both are held, the copy is as large as the limits allow.
                content = Arrays.copyOf(content, (int) Math.min(2L * length, MAX_BYTES + 1));
            }
            read = entry.readNBytes(content, length, content.length - length);
        }
        return Arrays.copyOf(content, length);
    }

    private void count(int read) {
        inflated += read;
        if (inflated > limit) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s inflates to more than %,d bytes, the most that is read of a file of its size"
                            .formatted(file, limit));
        }
        // Copies are made while it grows.
        memory.take(2L * read);
    }
}
