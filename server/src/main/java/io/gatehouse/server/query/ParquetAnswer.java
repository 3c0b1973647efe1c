package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ArrowBatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * One Parquet file. The store's DuckDB may write no file, so that the rows go as Arrow to another one in memory, which
 * is given nothing but them and the name of a temporary file. The file is whole before the first byte leaves.
 */
final class ParquetAnswer implements Answer {
    private static final String COPY = "COPY (SELECT * FROM answer) TO '%s' (FORMAT parquet, COMPRESSION zstd)";

    private final ServedQuery query;
    private final BufferAllocator allocator = new RootAllocator();
    private final ArrowBatches batches;
    private @Nullable Path file;

    ParquetAnswer(ServedQuery query) {
        this.query = requireNonNull(query, "query is null");
        this.batches = query.batches(allocator);
    }

    @Override
    public void start() {
        try {
            boolean present = query.next(batches);
            Path target = Files.createTempFile("gatehouse-", ".parquet");
            file = target;
            try (BatchReader reader = new BatchReader(allocator, query, batches, present)) {
                copy(reader, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(BatchReader reader, Path target) {
        try (DuckDBConnection writer = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                Statement statement = writer.createStatement()) {
            Data.exportArrayStream(allocator, reader, stream);
            writer.registerArrowStream("answer", stream);
            statement.execute(COPY.formatted(target.toString().replace("'", "''")));
        } catch (SQLException e) {
            throw reader.failure()
                    .orElseGet(() -> new GatehouseException(
                            ErrorCode.INSUFFICIENT_DISK,
                            "The Parquet file cannot be written: %s.".formatted(e.getMessage()),
                            e));
        }
    }

    @Override
    public void write(AnswerStream out) throws IOException {
        Files.copy(requireNonNull(file, "nothing was started"), out);
    }

    @Override
    public void close() {
        try (allocator) {
            batches.close();
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
