/** Tests of the safetensors format. */
@NullMarked
package io.gatehouse.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
