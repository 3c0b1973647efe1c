/** Tests of the bench of the store. */
@NullMarked
package io.gatehouse.store.bench;

import org.jspecify.annotations.NullMarked;
