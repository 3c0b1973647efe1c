package io.gatehouse.completion;

/**
 * How each token is chosen, as a request says it.
 *
 * @param temperature 0 for the most probable token each time
 * @param topK 0 for all tokens
 */
public record TokenSampling(
        double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {}
