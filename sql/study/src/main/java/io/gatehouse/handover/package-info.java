/**
 * What a run says, in the formats that programs beside this one read: to place experts, to fine-tune some of them, to
 * mask them, to audit them. Asks the SQL layer like any client; must not know how routing is kept.
 */
@NullMarked
package io.gatehouse.handover;

import org.jspecify.annotations.NullMarked;
