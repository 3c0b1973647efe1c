package io.gatehouse.store.write;

import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/** A feed as the stream of Arrow batches that DuckDB reads while it executes a statement. */
final class FeedReader extends ArrowReader {
    private final Feed feed;
    private long bytes;

    FeedReader(BufferAllocator allocator, Feed feed) {
        super(allocator);
        this.feed = feed;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        VectorSchemaRoot batch = getVectorSchemaRoot();
        int rows = feed.fill(batch);
        batch.setRowCount(rows);
        bytes += batch.getFieldVectors().stream()
                .mapToLong(FieldVector::getBufferSize)
                .sum();
        return rows > 0;
    }

    @Override
    public long bytesRead() {
        return bytes;
    }

    @Override
    protected Schema readSchema() {
        return feed.schema();
    }

    @Override
    protected void closeReadSource() {}
}
