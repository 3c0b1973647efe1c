package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.server.MemoryPermits;
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
    private final QueryQuota quota;
    private final MemoryPermits memory;
    private final BufferAllocator allocator = new RootAllocator();
    private final ArrowBatches batches;
    private boolean present;
    private boolean first = true;
    private @Nullable Path directory;

    /** @param memory for writing files */
    ParquetAnswer(ServedQuery query, QueryQuota quota, MemoryPermits memory) {
        this.query = requireNonNull(query, "query is null");
        this.quota = requireNonNull(quota, "quota is null");
        this.memory = requireNonNull(memory, "memory is null");
        this.batches = query.batches(allocator);
    }

    @Override
    public void start() {
        try {
            // A new name, so that DuckDB writes it in place, where its size can be watched.
            Path made = Files.createTempDirectory("gatehouse-");
            directory = made;
            present = query.next(batches);
            writeFile(made.resolve(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Others compute while this waits for memory. Its first rows are there. */
    private void writeFile(Path file) {
        query.preemption().pause();
        MemoryPermits.Permit permit = memory.take(ParquetFile.MEMORY, quota.patience(), query::checkStopped);
        try {
            new ParquetFile(allocator, quota.bytes()).write(this::next, batches::root, file);
        } finally {
            permit.close();
        }
    }

    private boolean next() {
        if (first) {
            first = false;
            return present;
        }
        return query.next(batches);
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
