package io.gatehouse.engine.graph;

import org.tensorflow.Operand;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The router of a layer on what the feed-forward block of an earlier layer read: which experts would be chosen if they had
 * to be named before the layers between have been computed.
 *
 * @param earlier [T, hidden] state that the earlier block read, before its norm
 * @param experts [T, K] the one with the largest selection score first
 */
public record LookaheadGraph(Placeholder<TFloat32> earlier, Operand<TInt32> experts) {}
