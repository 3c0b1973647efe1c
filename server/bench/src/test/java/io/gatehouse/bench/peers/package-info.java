/** Tests of the bench that asks other systems; the bench is in {@code server/bench/peers}. */
@NullMarked
package io.gatehouse.bench.peers;

import org.jspecify.annotations.NullMarked;
