package io.gatehouse.store.transfer;

import java.util.List;
import java.util.function.ObjIntConsumer;

/** The sequences of an import, read from where they are each time, so that they need not be held. */
public interface SequenceSource {
    /**
     * Gives every sequence to the reader, in any order, with its place in the order of the questions. The reader may hold
     * a sequence until it has the next ones.
     */
    void read(ObjIntConsumer<TracedSequence> reader);

    /** Returns the source of sequences in memory. */
    static SequenceSource of(List<TracedSequence> sequences) {
        List<TracedSequence> held = List.copyOf(sequences);
        return reader -> {
            for (int i = 0; i < held.size(); i++) {
                reader.accept(held.get(i), i);
            }
        };
    }
}
