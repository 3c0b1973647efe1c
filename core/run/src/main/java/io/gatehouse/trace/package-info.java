/**
 * Routing that other engines recorded, read from the files they write. What a source does not record stays
 * absent, counts never become activations, and the order of experts is kept apart from their rank. Knows file formats
 * and the store, into which it puts what it reads; knows no engine and no quiz.
 */
@NullMarked
package io.gatehouse.trace;

import org.jspecify.annotations.NullMarked;
