/**
 * The file formats that arrays come in outside Java: NumPy's npy and npz, safetensors, GGUF, and Python's pickles, of
 * which nothing is ever executed. Every length is checked against the file before it is believed. Knows no routing.
 */
@NullMarked
package io.gatehouse.trace.format;

import org.jspecify.annotations.NullMarked;
