/** What readers of recorded routing share: the form that they give it in, and tools to check and gather it. */
@NullMarked
package io.gatehouse.trace.reader;

import org.jspecify.annotations.NullMarked;
