/**
 * What a statement may be and cost: its size, the forms that are allowed, how large texts and lists may grow, and the work
 * that one call may take. Looks at trees; plans nothing.
 */
@NullMarked
package io.gatehouse.sql.limits;

import org.jspecify.annotations.NullMarked;
