/**
 * Replays of caches of experts: what each policy would have kept of a sequence of decisions, at all sizes in one pass. It
 * knows numbers of experts only; where they come from and how SQL calls it is up to the package above.
 */
@NullMarked
package io.gatehouse.sql.cache;

import org.jspecify.annotations.NullMarked;
