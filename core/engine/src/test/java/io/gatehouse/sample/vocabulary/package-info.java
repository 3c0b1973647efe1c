/** Vocabularies as the tokenizer library reads them. */
@NullMarked
package io.gatehouse.sample.vocabulary;

import org.jspecify.annotations.NullMarked;
