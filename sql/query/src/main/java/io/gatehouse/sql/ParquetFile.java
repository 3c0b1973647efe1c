package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows as a Parquet file. The store's DuckDB must not write files, so the rows are passed as Arrow batches to a
 * separate in-memory DuckDB that gets only them and the name of the file.
 */
public final class ParquetFile {
    private static final String COPY =
            "COPY (SELECT * FROM answer) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)";

    /**
     * The writer needs memory for a few row groups and must not take all memory or cores from the reader; it spills
     * next to the file.
     */
    public static final long MEMORY = 256_000_000;

    private static final String THREADS = "2";

    private final BufferAllocator allocator;
    private final long maxBytes;

    /** @param maxBytes of the file */
    public ParquetFile(BufferAllocator allocator, long maxBytes) {
        this.allocator = requireNonNull(allocator, "allocator is null");
        this.maxBytes = maxBytes;
    }

    /**
     * Writes all rows and returns how many there were. What is in the file after an error is the caller's to delete.
     *
     * @param next moves to the next batch; false if there is none
     * @param root holds the rows of the batch, from the first call of {@code next} on
     * @throws GatehouseException RESULT_TOO_LARGE as soon as the file is larger than it may be; INSUFFICIENT_DISK if it
     *     cannot be written; whatever the batches throw
     */
    public long write(BooleanSupplier next, Supplier<VectorSchemaRoot> root, Path file) {
        boolean present = next.getAsBoolean();
        try (Batches batches = new Batches(present, next, root.get(), file)) {
            copy(batches, file);
            // The last rows may have been read before DuckDB wrote the first ones.
            batches.requireRoom();
            return batches.rows;
        } catch (IOException e) {
            throw notWritten(e);
        }
    }

    private void copy(Batches batches, Path file) {
        Properties settings = new Properties();
        settings.setProperty("memory_limit", (MEMORY / 1_000) + "KB");
        settings.setProperty("threads", THREADS);
        settings.setProperty(
                "temp_directory", String.valueOf(file.toAbsolutePath().resolveSibling("waiting")));
        try (DuckDBConnection writer = DuckDb.inMemory(settings);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                Statement statement = writer.createStatement()) {
            Data.exportArrayStream(allocator, batches, stream);
            writer.registerArrowStream("answer", stream);
            statement.execute(COPY.formatted(file.toString().replace("'", "''")));
        } catch (SQLException e) {
            RuntimeException cause = batches.failure;
            throw cause == null ? notWritten(e) : cause;
        }
    }

    private static GatehouseException notWritten(Exception e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new GatehouseException(
                ErrorCode.INSUFFICIENT_DISK, "The Parquet file cannot be written: %s.".formatted(reason), e);
    }

    /** The batches as a stream that DuckDB pulls. Keeps the original exception, which DuckDB would hide. */
    private final class Batches extends ArrowReader {
        private final BooleanSupplier next;
        private final VectorSchemaRoot root;
        private final Path file;
        private boolean present;
        private long rows;
        private @Nullable RuntimeException failure;

        private Batches(boolean present, BooleanSupplier next, VectorSchemaRoot root, Path file) {
            super(ParquetFile.this.allocator);
            this.present = present;
            this.next = next;
            this.root = root;
            this.file = file;
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            prepareLoadNextBatch();
            try {
                if (!present) {
                    return false;
                }
                requireRoom();
                try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
                    new VectorLoader(getVectorSchemaRoot()).load(batch);
                }
                rows += root.getRowCount();
                present = next.getAsBoolean();
                return true;
            } catch (RuntimeException e) {
                failure = e;
                throw new IOException(e);
            }
        }

        private void requireRoom() throws IOException {
            if (Files.exists(file) && Files.size(file) > maxBytes) {
                throw new GatehouseException(
                        ErrorCode.RESULT_TOO_LARGE,
                        "The answer is larger than the limit of %,d bytes.".formatted(maxBytes));
            }
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected Schema readSchema() {
            return root.getSchema();
        }

        @Override
        protected void closeReadSource() {}
    }
}
