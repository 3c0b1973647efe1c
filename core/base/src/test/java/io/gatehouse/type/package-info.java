/** Names and parameters of SQL types. */
@NullMarked
package io.gatehouse.type;

import org.jspecify.annotations.NullMarked;
