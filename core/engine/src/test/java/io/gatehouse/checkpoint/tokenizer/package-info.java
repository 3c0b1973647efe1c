/** Tests of the tokenizer. */
@NullMarked
package io.gatehouse.checkpoint.tokenizer;

import org.jspecify.annotations.NullMarked;
