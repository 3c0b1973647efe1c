/** Measures prefill beside the matrix products that it consists of. Must not know the store or SQL. */
@NullMarked
package io.gatehouse.bench.engine;

import org.jspecify.annotations.NullMarked;
