@NullMarked
package io.gatehouse.worker;

import org.jspecify.annotations.NullMarked;
