package io.gatehouse.cli;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ArrowBatches;
import io.gatehouse.sql.QueryResult;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of a result as a Parquet file. The store's DuckDB may write no file, so that the rows go as Arrow to
 * another one in memory.
 */
final class ParquetRows {
    private static final String COPY = "COPY (SELECT * FROM answer) TO '%s' (FORMAT parquet, COMPRESSION zstd)";

    private ParquetRows() {}

    /** Returns how many rows were written. */
    static long write(QueryResult result, Path file) {
        try (BufferAllocator allocator = new RootAllocator();
                ArrowBatches batches = result.batches(allocator)) {
            boolean present = batches.next();
            try (Batches reader = new Batches(allocator, batches, present)) {
                copy(allocator, reader, file);
                return reader.rows;
            } catch (IOException e) {
                throw notWritten(e);
            }
        }
    }

    private static void copy(BufferAllocator allocator, Batches reader, Path file) {
        try (DuckDBConnection writer = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                Statement statement = writer.createStatement()) {
            Data.exportArrayStream(allocator, reader, stream);
            writer.registerArrowStream("answer", stream);
            statement.execute(COPY.formatted(file.toString().replace("'", "''")));
        } catch (SQLException e) {
            throw reader.failure == null ? notWritten(e) : reader.failure;
        }
    }

    private static GatehouseException notWritten(Exception e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "The Parquet file cannot be written: %s.".formatted(reason), e);
    }

    /** The batches as a stream that DuckDB pulls. It keeps what went wrong, which DuckDB would blur. */
    private static final class Batches extends ArrowReader {
        private final ArrowBatches batches;
        private boolean present;
        private long rows;
        private @Nullable RuntimeException failure;

        private Batches(BufferAllocator allocator, ArrowBatches batches, boolean present) {
            super(allocator);
            this.batches = batches;
            this.present = present;
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            prepareLoadNextBatch();
            if (!present) {
                return false;
            }
            try (ArrowRecordBatch batch = new VectorUnloader(batches.root()).getRecordBatch()) {
                rows += batches.root().getRowCount();
                new VectorLoader(getVectorSchemaRoot()).load(batch);
                present = batches.next();
                return true;
            } catch (RuntimeException e) {
                failure = e;
                throw new IOException(e);
            }
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected Schema readSchema() {
            return batches.root().getSchema();
        }

        @Override
        protected void closeReadSource() {}
    }
}
