/**
 * The families of models that Gatehouse runs, one class each: the keys that a family's config.json has, what it computes
 * (a {@link io.gatehouse.checkpoint.config.ModelConfig}), and what its files call the tensors. {@code Families} is the
 * one list of them; the families are in packages by their mixers. This package reads no weights.
 */
@NullMarked
package io.gatehouse.checkpoint.family;

import org.jspecify.annotations.NullMarked;
