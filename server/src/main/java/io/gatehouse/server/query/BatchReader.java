package io.gatehouse.server.query;

import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.ArrowBatches;
import java.io.IOException;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The batches of a query as a stream that another DuckDB pulls. It keeps what went wrong, which DuckDB would blur. */
final class BatchReader extends ArrowReader {
    private final ServedQuery query;
    private final ArrowBatches batches;
    private boolean present;
    private @Nullable RuntimeException failure;

    /** @param present whether the batches stand at a first one */
    BatchReader(BufferAllocator allocator, ServedQuery query, ArrowBatches batches, boolean present) {
        super(allocator);
        this.query = requireNonNull(query, "query is null");
        this.batches = requireNonNull(batches, "batches is null");
        this.present = present;
    }

    Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        if (!present) {
            return false;
        }
        try (ArrowRecordBatch batch = new VectorUnloader(batches.root()).getRecordBatch()) {
            new VectorLoader(getVectorSchemaRoot()).load(batch);
            present = query.next(batches);
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
