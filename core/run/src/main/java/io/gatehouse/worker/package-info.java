/**
 * A process that computes a run for another one, which has the file. It reads untrusted files and may end in any way:
 * the process that started it bounds its memory and its time, checks everything that it sends, and can say what it was
 * reading. Knows the manifest and the shards of a run. Must know neither models nor SQL.
 */
@NullMarked
package io.gatehouse.worker;

import org.jspecify.annotations.NullMarked;
