/** Notes that people write on experts. */
@NullMarked
package io.gatehouse.store.note;

import org.jspecify.annotations.NullMarked;
