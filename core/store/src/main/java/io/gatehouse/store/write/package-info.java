/**
 * Writes the facts of runs: shards of columns, checked and summed into rollups on the threads that computed them, and
 * inserted as Arrow batches in whole-number units, several shards to a transaction.
 */
@NullMarked
package io.gatehouse.store.write;

import org.jspecify.annotations.NullMarked;
