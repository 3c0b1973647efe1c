package io.gatehouse.engine.prefill;

import java.util.ArrayList;
import java.util.List;

/**
 * The caches of texts that have room for the same number of tokens. A text stands in one slot, the same in all layers;
 * the slots that are used are the first ones.
 */
final class CacheLane implements AutoCloseable {
    private final List<List<CacheTensor>> layers;
    private final List<Integer> texts = new ArrayList<>();
    private int slots = 1;

    /** @param layouts for each layer, what is kept of each token */
    CacheLane(List<List<CacheTensor.Layout>> layouts) {
        this.layers = layouts.stream()
                .map(parts -> parts.stream()
                        .map(layout -> new CacheTensor(layout, slots))
                        .toList())
                .toList();
    }

    /** In the order of their slots. */
    List<Integer> texts() {
        return List.copyOf(texts);
    }

    int slot(int text) {
        return texts.indexOf(text);
    }

    List<CacheTensor> layer(int layer) {
        return layers.get(layer);
    }

    void add(int text) {
        if (texts.size() == slots) {
            resize(slots + Math.max(1, slots / 2));
        }
        texts.add(text);
    }

    /** Takes a text over from a narrower lane, which it stays in until it is removed there. */
    void take(int text, CacheLane narrower) {
        add(text);
        int from = narrower.slot(text);
        for (int layer = 0; layer < layers.size(); layer++) {
            for (int part = 0; part < layers.get(layer).size(); part++) {
                layers.get(layer).get(part).take(narrower.layer(layer).get(part), from, texts.size() - 1);
            }
        }
    }

    /** The last text takes the slot of the one that goes. */
    void remove(int text) {
        int slot = slot(text);
        int last = texts.size() - 1;
        if (slot != last) {
            layers.forEach(parts -> parts.forEach(part -> part.move(last, slot)));
            texts.set(slot, texts.get(last));
        }
        texts.remove(last);
        if (!texts.isEmpty() && 2 * texts.size() < slots) {
            resize(texts.size());
        }
    }

    private void resize(int wanted) {
        layers.forEach(parts -> parts.forEach(part -> part.resize(texts.size(), wanted)));
        slots = wanted;
    }

    @Override
    public void close() {
        layers.forEach(parts -> parts.forEach(CacheTensor::close));
    }
}
