/** Tests of the command {@code check}. */
@NullMarked
package io.gatehouse.cli.check;

import org.jspecify.annotations.NullMarked;
