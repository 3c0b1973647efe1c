/**
 * Small services of the Java platform that every module needs in the same form: resources, daemon threads, directory
 * trees, digests, caches, near names. It knows nothing of Gatehouse.
 */
@NullMarked
package io.gatehouse.base;

import org.jspecify.annotations.NullMarked;
