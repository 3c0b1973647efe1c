/** How many queries run at a time, and which of them compute. */
@NullMarked
package io.gatehouse.server.query.admission;

import org.jspecify.annotations.NullMarked;
