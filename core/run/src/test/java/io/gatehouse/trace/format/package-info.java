/** Routing as other engines write it, in small files of their formats, whole and damaged. */
@NullMarked
package io.gatehouse.trace.format;

import org.jspecify.annotations.NullMarked;
