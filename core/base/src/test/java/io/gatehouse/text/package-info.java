/** Text as Python has it. */
@NullMarked
package io.gatehouse.text;

import org.jspecify.annotations.NullMarked;
