/**
 * Prediction of experts: at which place the experts of a decision stand in what simple predictors expected. It knows
 * numbers only; where they come from and how SQL calls it is up to the package above.
 */
@NullMarked
package io.gatehouse.sql.prediction;

import org.jspecify.annotations.NullMarked;
