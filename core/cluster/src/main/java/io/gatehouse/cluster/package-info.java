/**
 * Runs that Apache Spark divides among machines: it schedules, retries and places shards, each of which is computed as
 * on one machine. Knows the run and the files of a directory. Must not know how a shard is computed, and no SQL but
 * that which sums rollups.
 */
@NullMarked
package io.gatehouse.cluster;

import org.jspecify.annotations.NullMarked;
