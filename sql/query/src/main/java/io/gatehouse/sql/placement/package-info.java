/** Experts on the ranks of expert parallelism. */
@NullMarked
package io.gatehouse.sql.placement;

import org.jspecify.annotations.NullMarked;
