package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.FeedForward;

/**
 * What makes one layer's graph differ from another's.
 *
 * @param prefixed whether prompts follow a prefix whose keys and values are fed
 * @param answerOnly whether the output is wanted for the answer rows only, as after the last layer
 */
public record LayerKind(FeedForward feedForward, boolean prefixed, boolean answerOnly) {}
