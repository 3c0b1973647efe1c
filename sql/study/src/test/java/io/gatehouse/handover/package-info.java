/** Runs handed over to other programs. */
@NullMarked
package io.gatehouse.handover;

import org.jspecify.annotations.NullMarked;
