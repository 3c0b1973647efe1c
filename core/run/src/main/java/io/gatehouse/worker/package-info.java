/**
 * A process that computes a run for another one, which has the file. What it reads nobody vouches for, so that it may
 * end in any way: whoever started it bounds its memory and its time, believes nothing that it sends unchecked, and can
 * say what it was reading. Knows the manifest and the shards of a run. Must know neither models nor SQL.
 */
@NullMarked
package io.gatehouse.worker;

import org.jspecify.annotations.NullMarked;
