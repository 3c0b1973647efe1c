/** What is told of the routing of a sample model. */
@NullMarked
package io.gatehouse.sample.exam;

import org.jspecify.annotations.NullMarked;
