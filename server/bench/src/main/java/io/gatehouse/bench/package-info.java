/** The benchmarks, a package for each part that is measured, and what they make of the values they measured. */
@NullMarked
package io.gatehouse.bench;

import org.jspecify.annotations.NullMarked;
