/** Tests of passes of prompts. */
@NullMarked
package io.gatehouse.engine.prefill;

import org.jspecify.annotations.NullMarked;
