package io.gatehouse.sample.training;

/**
 * Weights of the losses beside that of the answers, whose weight is one.
 *
 * @param text cross-entropy of all other text
 * @param probe of the probe that says of each choice whether it is right
 * @param balance of experts that are used unevenly
 */
public record LossShares(float text, float probe, float balance) {}
