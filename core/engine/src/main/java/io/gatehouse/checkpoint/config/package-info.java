/**
 * The config.json of a model in Hugging Face's layout: each architecture's keys, read with type and range checked into
 * one {@link io.gatehouse.checkpoint.config.ModelConfig}. It knows no weights.
 */
@NullMarked
package io.gatehouse.checkpoint.config;

import org.jspecify.annotations.NullMarked;
