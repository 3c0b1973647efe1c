/**
 * GGUF, the file format of llama.cpp: headers that are checked before anything in them is believed, and the metadata and
 * tensor names of its models translated to those of Hugging Face's config.json and checkpoints. It runs no model.
 */
@NullMarked
package io.gatehouse.checkpoint.gguf;

import org.jspecify.annotations.NullMarked;
