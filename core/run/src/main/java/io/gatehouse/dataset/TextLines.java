package io.gatehouse.dataset;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The lines of a file in UTF-8, each bounded by the available memory. */
final class TextLines implements AutoCloseable {
    private static final int SHARE = 16;

    private final Path file;
    private final Reader reader;
    private final int limit = FileMemory.least(1 << 30, SHARE);
    private final char[] buffer = new char[1 << 13];
    private int at;
    private int end;
    private long number;

    TextLines(Path file) throws IOException {
        this.file = file;
        this.reader = Files.newBufferedReader(file);
    }

    /** The line after the last one that was given, if there is one. Lines end as Java's readers have it. */
    Optional<String> next() throws IOException {
        number++;
        StringBuilder line = new StringBuilder();
        while (fill()) {
            int start = at;
            while (at < end && buffer[at] != '\n' && buffer[at] != '\r') {
                at++;
            }
            line.append(buffer, start, at - start);
            if (line.length() > limit) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s, line %d has more than %,d characters, which is what is read of a line"
                                .formatted(file, number, limit));
            }
            if (at < end) {
                boolean carriageReturn = buffer[at++] == '\r';
                if (carriageReturn && fill() && buffer[at] == '\n') {
                    at++;
                }
                return Optional.of(line.toString());
            }
        }
        return line.isEmpty() ? Optional.empty() : Optional.of(line.toString());
    }

    /** The number of the line that was given last, from 1. */
    long number() {
        return number;
    }

    private boolean fill() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, reader.read(buffer));
        }
        return at < end;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
