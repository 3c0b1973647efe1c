/**
 * What benches make of the values that they measured. The benches themselves lie with what they measure. Every other
 * package may use this one; it knows none of them.
 */
@NullMarked
package io.gatehouse.bench;

import org.jspecify.annotations.NullMarked;
