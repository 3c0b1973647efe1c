/** Tests of the bench of the store. */
@NullMarked
package io.gatehouse.bench.store;

import org.jspecify.annotations.NullMarked;
