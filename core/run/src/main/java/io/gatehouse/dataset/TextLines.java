package io.gatehouse.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import java.util.zip.GZIPInputStream;

/** The lines of a file in UTF-8, gzip or not by its name, each bounded by the available memory. */
public final class TextLines implements AutoCloseable {
    private static final int SHARE = 16;
    private static final int BUFFER = 1 << 13;

    private final Path file;
    private final Reader reader;
    private final int limit = FileMemory.least(1 << 30, SHARE);
    private final char[] buffer = new char[BUFFER];
    private int at;
    private int end;
    private long number;

    private TextLines(Path file) throws IOException {
        this.file = file;
        this.reader = reader(file);
    }

    private static Reader reader(Path file) throws IOException {
        InputStream bytes = Files.newInputStream(file);
        try {
            // A decoder refuses what is not UTF-8.
            return new InputStreamReader(
                    file.toString().toLowerCase(Locale.ROOT).endsWith(".gz")
                            ? new GZIPInputStream(bytes, BUFFER)
                            : bytes,
                    UTF_8.newDecoder());
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    /**
     * Gives the lines of a file to the reader, with their numbers from 1.
     *
     * @throws GatehouseException FILE_NOT_FOUND or INVALID_ARGUMENT if it is not a file; CORRUPT_DATASET if it is not UTF-8,
     *     is not gzip although its name says so, or has a line that is too long
     */
    public static void read(Path file, ObjLongConsumer<String> reader) {
        FileFailure.requireFile(file);
        try (TextLines lines = new TextLines(file)) {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                reader.accept(line.get(), lines.number);
            }
        } catch (CharacterCodingException e) {
            throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s is not UTF-8".formatted(file), e);
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Returns the line after the last one that was given, if there is one. Lines end as Java's readers have it. */
    private Optional<String> next() throws IOException {
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
