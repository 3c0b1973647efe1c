/** The commands as users run them. */
@NullMarked
package io.gatehouse.cli;

import org.jspecify.annotations.NullMarked;
