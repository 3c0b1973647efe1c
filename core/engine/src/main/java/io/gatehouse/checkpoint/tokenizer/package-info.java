/**
 * The tokenizer of a model: text to token ids and back by Hugging Face's own library, the display text of tokens, and
 * the special tokens of conversations. It knows no weights.
 */
@NullMarked
package io.gatehouse.checkpoint.tokenizer;

import org.jspecify.annotations.NullMarked;
