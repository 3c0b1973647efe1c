/** Dataset files that the tests write, whole and damaged. */
@NullMarked
package io.gatehouse.dataset;

import org.jspecify.annotations.NullMarked;
