/** How fast packed weights are decoded. */
@NullMarked
package io.gatehouse.bench.decode;

import org.jspecify.annotations.NullMarked;
