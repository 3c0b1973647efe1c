/** The search for few questions that give every expert enough tokens. It knows numbers only. */
@NullMarked
package io.gatehouse.sql.calibration;

import org.jspecify.annotations.NullMarked;
