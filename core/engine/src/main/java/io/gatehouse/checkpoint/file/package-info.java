/**
 * Untrusted files of a model directory: found, bounded in size, and parsed as strict JSON. Every other package of
 * the checkpoint reads small files through this one.
 */
@NullMarked
package io.gatehouse.checkpoint.file;

import org.jspecify.annotations.NullMarked;
