/** What tests of several packages share. */
@NullMarked
package io.gatehouse;

import org.jspecify.annotations.NullMarked;
