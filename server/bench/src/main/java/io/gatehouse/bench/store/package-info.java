/**
 * Measures the store with made-up routing of a real model's shape: how fast it takes decisions, how many bytes they
 * need, how long queries wait meanwhile. Knows the store as any writer of runs does; must not know a model, a quiz or
 * how figures are shown.
 */
@NullMarked
package io.gatehouse.bench.store;

import org.jspecify.annotations.NullMarked;
