/**
 * The closed list of errors, each with its category, SQLSTATE and HTTP status, and the one exception that carries
 * them. Every other package may use this one; it knows none of them.
 */
@NullMarked
package io.gatehouse.error;

import org.jspecify.annotations.NullMarked;
