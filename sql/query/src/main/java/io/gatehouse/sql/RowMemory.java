package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/** The Java heap that the current row of a result takes. For one thread. */
public final class RowMemory implements AutoCloseable {
    /** Rows that take less are not counted: most results have no other ones. */
    private static final long FREE = 1 << 16;

    /**
     * Of a text in UTF-8 with one character outside of Latin-1, at most, while Java decodes it: the bytes, two for each
     * character, and a copy of these.
     */
    private static final long BYTES_PER_BYTE = 5;

    /** Of an element of a list: the object and its place. */
    private static final long BYTES_PER_ELEMENT = 48;

    private final ResultMemory memory;
    private long row;
    private long taken;
    private long all;
    private boolean ended;

    RowMemory(ResultMemory memory) {
        this.memory = requireNonNull(memory, "memory is null");
    }

    boolean isLimited() {
        return memory.isLimited();
    }

    /** The values of the row before are gone. */
    void nextRow() {
        row = 0;
        close();
    }

    /** Counts a text before it is decoded. */
    void text(long bytes) {
        all += bytes;
        row += BYTES_PER_BYTE * bytes;
        if (row > FREE) {
            takeRow();
        }
    }

    /** Counts a list before it is decoded. */
    void list(VectorValues.ListSize size) {
        all += BYTES_PER_ELEMENT * size.elements();
        row += BYTES_PER_ELEMENT * size.elements();
        text(size.bytes());
    }

    private void takeRow() {
        memory.take(row - taken, row);
        taken = row;
    }

    /** There are no more rows. */
    void end() {
        ended = true;
    }

    /** The bytes of the texts and lists of all rows; empty if not all rows were read. */
    OptionalLong bytes() {
        return ended ? OptionalLong.of(all) : OptionalLong.empty();
    }

    /** Gives back what the last row took. */
    @Override
    public void close() {
        if (taken > 0) {
            memory.release(taken);
            taken = 0;
        }
    }
}
