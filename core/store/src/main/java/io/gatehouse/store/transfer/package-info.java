/**
 * Data that enters or leaves as files: exports to directories of Parquet files and their reading, the shards that the
 * machines of a cluster write, and runs that other engines recorded.
 */
@NullMarked
package io.gatehouse.store.transfer;

import org.jspecify.annotations.NullMarked;
