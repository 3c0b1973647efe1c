package io.gatehouse.cli;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.ArrowBatches;
import io.gatehouse.sql.ParquetFile;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.ResultColumn;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/** Rows of a file that this process has open. */
final class FileRows implements AnsweredRows {
    private final QueryResult result;

    FileRows(QueryResult result) {
        this.result = requireNonNull(result, "result is null");
    }

    @Override
    public boolean next() {
        return result.next();
    }

    @Override
    public List<ResultColumn> columns() {
        return result.columns();
    }

    @Override
    public @Nullable Object value(int column) {
        return result.value(column);
    }

    @Override
    public boolean truncated() {
        return result.truncated();
    }

    @Override
    public OptionalDouble progress() {
        return result.progress();
    }

    @Override
    public void cancel() {
        result.cancel();
    }

    @Override
    public long writeParquet(Path file) {
        try (BufferAllocator allocator = new RootAllocator();
                ArrowBatches batches = result.batches(allocator)) {
            return new ParquetFile(allocator, Long.MAX_VALUE).write(batches::next, batches::root, file);
        }
    }

    @Override
    public void close() {
        result.close();
    }
}
