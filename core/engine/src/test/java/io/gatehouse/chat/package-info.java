/** Tests of chat templates. */
@NullMarked
package io.gatehouse.chat;

import org.jspecify.annotations.NullMarked;
