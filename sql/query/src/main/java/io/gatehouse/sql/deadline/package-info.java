/** When a statement must end: its time limit, a cancellation, or a reader that has left. It knows no engine. */
@NullMarked
package io.gatehouse.sql.deadline;

import org.jspecify.annotations.NullMarked;
