package io.gatehouse.trace.reader;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * The sequences of some files by name, in order, without their routing. The layers of a sequence may be spread over files;
 * then it comes in parts.
 */
public final class SequenceIndex {
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    /** Most sequences have the same layers, and share this set. */
    private final Map<BitSet, BitSet> layerSets = new HashMap<>();

    /** One sequence, as far as its parts were seen. */
    public static final class Entry {
        private final int place;
        private final Optional<String> domain;
        private final String text;
        private final int length;
        private BitSet layers;
        private int parts = 1;

        private Entry(int place, TracedSequence first, BitSet layers) {
            this.place = place;
            this.domain = first.domain();
            this.text = first.text();
            this.length = first.length();
            this.layers = layers;
        }

        /** Place in the order of all sequences, from 0. */
        public int place() {
            return place;
        }

        public Optional<String> domain() {
            return domain;
        }

        public String text() {
            return text;
        }

        /** Number of parts that the sequence comes in. */
        public int parts() {
            return parts;
        }

        /** Whether this sequence is the one whose parts were seen. */
        public boolean isOf(TracedSequence whole) {
            return length == whole.length() && layers.equals(SequenceIndex.layers(whole));
        }
    }

    /**
     * Adds a sequence, or another part of one.
     *
     * @throws GatehouseException CORRUPT_DATASET if a sequence of the name is there and this is no other part of it
     */
    public void add(TracedSequence part) {
        BitSet layers = layers(part);
        Entry known = entries.get(part.name());
        if (known == null) {
            entries.put(part.name(), new Entry(entries.size(), part, shared(layers)));
            return;
        }
        if (known.length != part.length()) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "Sequence %s has %d tokens in one file and %d in another"
                            .formatted(part.name(), known.length, part.length()));
        }
        if (known.layers.intersects(layers)) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "There are two sequences with the name %s".formatted(part.name()));
        }
        layers.or(known.layers);
        known.layers = shared(layers);
        known.parts++;
    }

    /** Returns a sequence with the layers of two of its parts. */
    public static TracedSequence joined(TracedSequence first, TracedSequence more) {
        List<TracedLayer> layers =
                Stream.concat(first.layers().stream(), more.layers().stream()).toList();
        return new TracedSequence(
                first.name(), first.domain(), first.text(), first.tokens(), first.length(), layers, first.answer());
    }

    public Optional<Entry> find(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /** Gives each name and entry to the reader, in order. */
    public void forEach(BiConsumer<String, Entry> reader) {
        entries.forEach(reader);
    }

    /** Returns the names in order. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    public int size() {
        return entries.size();
    }

    private BitSet shared(BitSet layers) {
        return layerSets.computeIfAbsent(layers, first -> first);
    }

    private static BitSet layers(TracedSequence sequence) {
        BitSet layers = new BitSet();
        sequence.layers().forEach(layer -> layers.set(layer.layer()));
        return layers;
    }
}
