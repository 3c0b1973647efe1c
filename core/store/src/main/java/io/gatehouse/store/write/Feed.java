package io.gatehouse.store.write;

import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/** Rows of a shard for one table, in the order of the disk, a batch of Arrow vectors at a time. */
sealed interface Feed permits LongFeed, RoutingFeed, TokenFeed, UsageFeed, ValuesFeed {
    /** Rows of a DuckDB row group: a full batch is compressed and written at once. */
    int BATCH_ROWS = 122_880;

    /** Columns of a batch. */
    Schema schema();

    /** Fills the vectors with the next batch and returns its number of rows, 0 when there are no more. */
    int fill(VectorSchemaRoot batch);
}
