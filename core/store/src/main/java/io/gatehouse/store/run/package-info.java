/**
 * Runs and their questions, without their facts: how they are described, registered, listed and resumed, and the
 * ledger of their shards. It knows nothing of columns, Arrow and Parquet.
 */
@NullMarked
package io.gatehouse.store.run;

import org.jspecify.annotations.NullMarked;
