/**
 * A model on disk: a Hugging Face directory with config.json, safetensors files and tokenizer.json, or a GGUF file. Every
 * byte is untrusted until it is checked, and checks come before allocation. This package knows the files and the meaning of
 * their keys; it knows neither TensorFlow nor DuckDB, and computes nothing. A process that loads a tokenizer should set the
 * system property {@code ai.djl.offline}, which keeps the tokenizer library from using the network.
 */
@NullMarked
package io.gatehouse.checkpoint;

import org.jspecify.annotations.NullMarked;
