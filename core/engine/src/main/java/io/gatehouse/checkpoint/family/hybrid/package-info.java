/** Families that mix recurrent layers (state-space models, linear attention, short convolutions) with attention. */
@NullMarked
package io.gatehouse.checkpoint.family.hybrid;

import org.jspecify.annotations.NullMarked;
