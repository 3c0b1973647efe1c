/**
 * Typed reading of JSON from untrusted files, with errors that name the field. Checkpoints, datasets, quizzes and traces
 * read their JSON through it; it knows none of them.
 */
@NullMarked
package io.gatehouse.json;

import org.jspecify.annotations.NullMarked;
