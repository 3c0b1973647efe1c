/** What tests of several packages share. */
@NullMarked
package io.gatehouse.testing;

import org.jspecify.annotations.NullMarked;
