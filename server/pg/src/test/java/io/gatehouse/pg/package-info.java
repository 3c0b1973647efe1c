/** Tests of the port for PostgreSQL's clients. */
@NullMarked
package io.gatehouse.pg;

import org.jspecify.annotations.NullMarked;
