/**
 * Commands that compute: {@code run}, {@code cluster run}, {@code prefill}, and the worker process of a server.
 */
@NullMarked
package io.gatehouse.cli.run;

import org.jspecify.annotations.NullMarked;
