/**
 * Routing made up at random, of a real model's shape: for benchmarks, and for tests that need a file with a run in
 * it.
 */
@NullMarked
package io.gatehouse.sample.routing;

import org.jspecify.annotations.NullMarked;
