package io.gatehouse.engine.prefill;

/**
 * Receives what generation computes, on one thread of the engine's. Prompts are numbered as they were given. An exception
 * thrown here ends the generation and reaches its caller.
 */
public interface GenerationListener {
    /** What a token is to its text. */
    enum Phase {
        /** It was given. */
        PROMPT,
        /** The model chose it. */
        GENERATED
    }

    /**
     * Whether another text may begin. Asked before each one, while others are being generated; where none is, the text
     * begins unasked.
     */
    default boolean mayBegin(int prompt) {
        return true;
    }

    /** A text begins: its prompt is part of the next pass. */
    default void began(int prompt) {}

    /**
     * One layer routed one micro-batch, whose tokens are all of one phase. Positions are those in prompt and generated
     * text together. The last token of a text is never fed to the model, so it has no routing.
     */
    default void routed(RoutingBatch batch, Phase phase) {}

    /**
     * Only with {@link Capture#logits}: the [T x vocabulary] logits that follow some tokens of prompts. The tokens of a
     * prompt come in their order, all before the first token that is chosen after it.
     */
    default void allPromptLogits(int[] prompts, float[] logits) {}

    /** The head gave the [vocabulary] logits that follow the last token of a prompt. */
    default void promptLogits(int prompt, float[] logits) {}

    /**
     * A token was chosen. Its routing follows in the next pass, unless it is the last one.
     *
     * @param position in prompt and generated text together
     * @param logProbability natural logarithm of its probability under the softmax over the whole vocabulary
     * @param logits that it was chosen by, as the head gave them
     */
    default void chosen(int prompt, int position, int token, float logProbability, float[] logits) {}

    /** A text ends. */
    default void finished(int prompt, Generated generated) {}

    /** One layer is done with one micro-batch of so many tokens, as {@link PrefillListener#layerDone} says. */
    default void layerDone(int layer, int tokens) {}
}
