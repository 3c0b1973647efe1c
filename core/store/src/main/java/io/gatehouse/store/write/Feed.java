package io.gatehouse.store.write;

import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/** Rows of shards for one statement, in the order of the disk, as batches of Arrow vectors. */
sealed interface Feed permits LongFeed, SegmentFeed, UsageFeed {
    /** Rows of a DuckDB row group: a full batch is compressed and written at once. */
    int BATCH_ROWS = 122_880;

    /** Columns of a batch. */
    Schema schema();

    /** Fills the vectors with the next batch and returns its number of rows, 0 when there are no more. */
    int fill(VectorSchemaRoot batch);
}
