/** Families whose layers have multi-head latent attention. */
@NullMarked
package io.gatehouse.checkpoint.family.latent;

import org.jspecify.annotations.NullMarked;
