/**
 * One pass of prompts through the layers: how prompts become micro-batches, what is fed and fetched layer by layer, and
 * what a listener receives; and the generation of texts, pass by pass. It runs the graph and knows neither quizzes nor the
 * store.
 */
@NullMarked
package io.gatehouse.engine.prefill;

import org.jspecify.annotations.NullMarked;
