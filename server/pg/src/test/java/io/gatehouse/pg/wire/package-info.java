/** Tests of the messages. */
@NullMarked
package io.gatehouse.pg.wire;

import org.jspecify.annotations.NullMarked;
