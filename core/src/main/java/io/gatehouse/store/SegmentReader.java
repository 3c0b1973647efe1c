package io.gatehouse.store;

import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/** The segments of a shard as a stream of Arrow batches, which DuckDB pulls while it inserts. */
final class SegmentReader<C> extends ArrowReader {
    /** Rows of a DuckDB row group: a full batch is compressed and written at once. */
    private static final int BATCH_ROWS = 122_880;

    private final Schema schema;
    private final Iterator<List<Segment<C>>> batches;
    private final Filler<C> filler;
    private long bytes;

    /** Copies a batch of segments into the vectors of an Arrow table. */
    interface Filler<C> {
        void fill(VectorSchemaRoot table, List<Segment<C>> batch, int rows);
    }

    SegmentReader(BufferAllocator allocator, Schema schema, List<Segment<C>> segments, Filler<C> filler) {
        super(allocator);
        this.schema = schema;
        this.batches = Segment.batches(segments, BATCH_ROWS).iterator();
        this.filler = filler;
    }

    @Override
    public boolean loadNextBatch() throws java.io.IOException {
        if (!batches.hasNext()) {
            return false;
        }
        prepareLoadNextBatch();
        List<Segment<C>> batch = batches.next();
        int rows = batch.stream().mapToInt(Segment::rows).sum();
        VectorSchemaRoot table = getVectorSchemaRoot();
        filler.fill(table, batch, rows);
        table.setRowCount(rows);
        bytes += table.getFieldVectors().stream()
                .mapToLong(vector -> vector.getBufferSize())
                .sum();
        return true;
    }

    @Override
    public long bytesRead() {
        return bytes;
    }

    @Override
    protected Schema readSchema() {
        return schema;
    }

    @Override
    protected void closeReadSource() {}
}
