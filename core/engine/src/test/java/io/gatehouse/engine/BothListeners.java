package io.gatehouse.engine;

import io.gatehouse.engine.prefill.PrefillListener;
import io.gatehouse.engine.prefill.RoutingBatch;

/** Hands on to two listeners what the engine computes once. */
record BothListeners(PrefillListener first, PrefillListener second) implements PrefillListener {
    @Override
    public void routed(RoutingBatch batch) {
        first.routed(batch);
        second.routed(batch);
    }

    @Override
    public void lastLogits(int prompt, float[] logits) {
        first.lastLogits(prompt, logits);
        second.lastLogits(prompt, logits);
    }

    @Override
    public void routerLogits(RoutingBatch batch, float[] logits) {
        first.routerLogits(batch, logits);
        second.routerLogits(batch, logits);
    }

    @Override
    public void hiddenStates(int index, int[] prompts, float[] states) {
        first.hiddenStates(index, prompts, states);
        second.hiddenStates(index, prompts, states);
    }

    @Override
    public void allLogits(int[] prompts, float[] logits) {
        first.allLogits(prompts, logits);
        second.allLogits(prompts, logits);
    }
}
