/**
 * The safetensors format: headers that are checked before anything in them is believed, tensors that are read and
 * written, and the 16-bit floating types. It knows no model.
 */
@NullMarked
package io.gatehouse.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
