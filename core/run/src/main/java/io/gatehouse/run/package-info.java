/**
 * One run: the questions of a quiz, shard after shard, through the engine into the store, with progress and cancel.
 * The only package that knows engine, quiz and store. Must not know SQL or how progress is shown.
 */
@NullMarked
package io.gatehouse.run;

import org.jspecify.annotations.NullMarked;
