/**
 * Checkpoints of random weights at the sizes of real models, to try a machine without a download. Knows the configs of
 * the models and the names and shapes of their weights; computes nothing with them and knows neither TensorFlow nor
 * DuckDB.
 */
@NullMarked
package io.gatehouse.sample.random;

import org.jspecify.annotations.NullMarked;
