/**
 * Checks a whole file: its ledger, its facts and its rollups.
 */
@NullMarked
package io.gatehouse.store.verify;

import org.jspecify.annotations.NullMarked;
