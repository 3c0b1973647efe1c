package io.gatehouse.dataset;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/**
 * The text of records whose parser has no limit of its own: a quote that is never closed makes the rest of a file one
 * field. No record may be longer than there is memory for.
 */
public final class RecordReader extends FilterReader {
    private static final int SHARE = 64;

    private final String file;
    private final int limit = FileMemory.least(1 << 30, SHARE);
    private long read;

    public RecordReader(Reader reader, String file) {
        super(reader);
        this.file = file;
    }

    /** Says that a record was read, and the next one begins. */
    public void recordRead() {
        read = 0;
    }

    @Override
    public int read() throws IOException {
        int character = super.read();
        count(character < 0 ? 0 : 1);
        return character;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        int characters = super.read(buffer, offset, length);
        count(Math.max(0, characters));
        return characters;
    }

    private void count(int characters) {
        read += characters;
        if (read > limit) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s has a record of more than %,d characters, which is what is read of one".formatted(file, limit));
        }
    }
}
