/**
 * How a weight is stored, plain or packed, and how its values are decoded: one class per packing, which decodes any range
 * of rows in bounded memory. This package knows the published layouts and the bytes of files; it knows no model.
 */
@NullMarked
package io.gatehouse.checkpoint.quantised;

import org.jspecify.annotations.NullMarked;
