/**
 * A model as it lies on disk: a Hugging Face directory with config.json, safetensors files and tokenizer.json. Every
 * byte is taken for hostile until it was checked, and checking comes before allocating. Knows the files and what their
 * keys mean; knows neither TensorFlow nor DuckDB, and computes nothing.
 */
@NullMarked
package io.gatehouse.checkpoint;

import org.jspecify.annotations.NullMarked;
