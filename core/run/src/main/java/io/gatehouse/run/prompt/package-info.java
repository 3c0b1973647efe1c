/**
 * The prompts of a run as tokens, each token with the part of the prompt that it belongs to. Must not know runs, nor how
 * they are computed and recorded.
 */
@NullMarked
package io.gatehouse.run.prompt;

import org.jspecify.annotations.NullMarked;
