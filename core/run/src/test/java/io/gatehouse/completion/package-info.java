@NullMarked
package io.gatehouse.completion;

import org.jspecify.annotations.NullMarked;
