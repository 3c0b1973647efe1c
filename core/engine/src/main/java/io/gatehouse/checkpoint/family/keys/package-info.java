/** What a family is made of: the interface, the keys that many families read in the same way, and the names of tensors. */
@NullMarked
package io.gatehouse.checkpoint.family.keys;

import org.jspecify.annotations.NullMarked;
