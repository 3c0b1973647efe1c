/**
 * Text as Python has it, where Java has it otherwise: prompts must be those that evaluations written in Python make, and
 * templates are written for Python. Knows nothing else, and every package may know it.
 */
@NullMarked
package io.gatehouse.text;

import org.jspecify.annotations.NullMarked;
