/** Database files for tests. Depends on the store and on no module above it. */
@NullMarked
package io.gatehouse.testing.store;

import org.jspecify.annotations.NullMarked;
