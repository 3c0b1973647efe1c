/** Families whose layers all have attention with queries, keys and values of their own. */
@NullMarked
package io.gatehouse.checkpoint.family.attention;

import org.jspecify.annotations.NullMarked;
