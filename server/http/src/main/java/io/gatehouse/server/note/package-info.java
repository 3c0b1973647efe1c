/** Writing notes on experts; they are read with SQL. */
@NullMarked
package io.gatehouse.server.note;

import org.jspecify.annotations.NullMarked;
