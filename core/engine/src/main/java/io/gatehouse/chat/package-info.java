/**
 * Conversations as an instruction-tuned model was taught to read them: a checkpoint's chat template, rendered and
 * encoded. Knows templates, messages and the tokenizer. A template is a program from an untrusted file, so it
 * runs without reflection, files or classes, and within limits of time and size. Must know neither the engine nor quizzes.
 */
@NullMarked
package io.gatehouse.chat;

import org.jspecify.annotations.NullMarked;
