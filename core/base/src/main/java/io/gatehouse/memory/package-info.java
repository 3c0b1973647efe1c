/**
 * How much of this process's memory may be taken by what comes from files that nobody vouches for. Knows neither formats
 * nor what they hold.
 */
@NullMarked
package io.gatehouse.memory;

import org.jspecify.annotations.NullMarked;
