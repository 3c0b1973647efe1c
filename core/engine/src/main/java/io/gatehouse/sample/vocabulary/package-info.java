/**
 * A byte-level BPE vocabulary: how it is learnt from text and written as a Hugging Face tokenizer.json. Encoding is
 * left to the tokenizer library that reads that file. It knows nothing of quizzes or models.
 */
@NullMarked
package io.gatehouse.sample.vocabulary;

import org.jspecify.annotations.NullMarked;
