/**
 * Small services of the Java platform that several modules need in the same form: resources, daemon threads, directory
 * trees, digests, caches, near names, waiting for input. It knows nothing of Gatehouse.
 */
@NullMarked
package io.gatehouse.base;

import org.jspecify.annotations.NullMarked;
