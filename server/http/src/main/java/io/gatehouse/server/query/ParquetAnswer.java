package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.ArrowBatches;
import io.gatehouse.sql.ParquetFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** One Parquet file, which is written to a temporary directory before the first byte is sent. */
final class ParquetAnswer implements Answer {
    private static final String NAME = "answer.parquet";

    private final ServedQuery query;
    private final long maxBytes;
    private final BufferAllocator allocator = new RootAllocator();
    private final ArrowBatches batches;
    private @Nullable Path directory;

    /** @param maxBytes of the file */
    ParquetAnswer(ServedQuery query, long maxBytes) {
        this.query = requireNonNull(query, "query is null");
        this.maxBytes = maxBytes;
        this.batches = query.batches(allocator);
    }

    @Override
    public void start() {
        try {
            // A new name, so that DuckDB writes it in place, where its size can be watched.
            Path made = Files.createTempDirectory("gatehouse-");
            directory = made;
            new ParquetFile(allocator, maxBytes).write(() -> query.next(batches), batches::root, made.resolve(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(AnswerStream out) throws IOException {
        Files.copy(requireNonNull(directory, "nothing was started").resolve(NAME), out);
    }

    @Override
    public void close() {
        try (allocator;
                batches) {
            deleteFile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deleteFile() throws IOException {
        if (directory != null) {
            Files.deleteIfExists(directory.resolve(NAME));
            Files.deleteIfExists(directory);
        }
    }
}
