package io.gatehouse.engine;

import io.gatehouse.engine.RoutingRows.Place;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.RoutingBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Keeps what generation delivers. */
final class GenerationRows implements GenerationListener {
    /** A chosen token. */
    record Choice(int position, int token, float logProbability) {}

    final RoutingRows routing = new RoutingRows();
    final Set<Place> generated = new HashSet<>();
    final Map<Integer, List<Choice>> choices = new TreeMap<>();
    final Map<Integer, Generated> finished = new TreeMap<>();
    /** The most texts that were begun and not finished at any time. */
    int mostActive;

    @Override
    public void routed(RoutingBatch batch, Phase phase) {
        routing.routed(batch);
        if (phase == Phase.GENERATED) {
            for (int i = 0; i < batch.tokens(); i++) {
                generated.add(new Place(batch.prompts()[i], batch.layer(), batch.positions()[i]));
            }
        }
    }

    @Override
    public void chosen(int prompt, int position, int token, float logProbability, float[] logits) {
        choices.computeIfAbsent(prompt, absent -> new ArrayList<>()).add(new Choice(position, token, logProbability));
        mostActive = Math.max(mostActive, choices.size() - finished.size());
    }

    @Override
    public void finished(int prompt, Generated text) {
        finished.put(prompt, text);
    }

    /** Prompt and generated text without the last token, which is never fed. */
    static int[] fed(int[] prompt, Generated text) {
        int[] all = Arrays.copyOf(prompt, prompt.length + text.tokens().length - 1);
        System.arraycopy(text.tokens(), 0, all, prompt.length, text.tokens().length - 1);
        return all;
    }
}
