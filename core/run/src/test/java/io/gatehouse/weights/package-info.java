@NullMarked
package io.gatehouse.weights;

import org.jspecify.annotations.NullMarked;
