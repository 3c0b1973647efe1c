/**
 * How large and how alike the weights of the experts of a checkpoint are. All runs of the checkpoint share them.
 */
@NullMarked
package io.gatehouse.store.weights;

import org.jspecify.annotations.NullMarked;
