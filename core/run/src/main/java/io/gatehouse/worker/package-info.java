/**
 * Processes that compute a run, or answer questions to a model, for another one, which has the file. Such a process reads
 * untrusted files and may end in any way: the process that started it bounds its memory and its time, checks everything
 * that it sends, and can say what it was reading. Knows the manifest and the shards of a run, and questions to a model.
 * Must know neither checkpoints nor SQL.
 */
@NullMarked
package io.gatehouse.worker;

import org.jspecify.annotations.NullMarked;
