package io.gatehouse.engine.prefill;

/**
 * Receives what the engine computes, on one thread of the engine's. The order is layer by layer, and within a layer
 * micro-batch by micro-batch; logits come after the last layer. An exception thrown here ends the prefill and reaches
 * its caller, which is also how one cancels it: no more than one micro-batch of one layer is computed after it.
 */
public interface PrefillListener {
    /** One layer routed one micro-batch. */
    void routed(RoutingBatch batch);

    /** The head gave the [vocabulary] logits that follow the last token of a prompt. */
    void lastLogits(int prompt, float[] logits);

    /**
     * One layer is done with one micro-batch, routing or not.
     *
     * @param layer layer of the model, from 0
     * @param tokens number of tokens in the micro-batch, one of a shared prefix as often as prompts share it
     */
    default void layerDone(int layer, int tokens) {}

    /** Only with {@link Capture#TRACE}: the [T x E] logits of the router before softmax, rows as in the batch. */
    default void routerLogits(RoutingBatch batch, float[] logits) {}

    /**
     * Only with {@link Capture#TRACE}: what the router of attention with experts decided, and its [T x E] logits before
     * softmax, rows as in the batch.
     */
    default void mixerRouted(RoutingBatch batch, float[] logits) {}

    /**
     * Only with {@link Capture#TRACE}: the [T x hidden] states of a micro-batch. Index 0 is the embeddings, index l+1
     * the output of layer l, and for the last layer the output after the final norm. Not called for a model with several
     * residual streams.
     */
    default void hiddenStates(int index, int[] prompts, float[] states) {}

    /**
     * Only with {@link Capture#logits}: the [T x vocabulary] logits that follow some tokens of a micro-batch. The tokens of
     * a prompt come in their order, its last one too, whose {@link #lastLogits} come after it.
     */
    default void allLogits(int[] prompts, float[] logits) {}
}
