package io.gatehouse.trace.reader;

import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedSequence;

/** Takes what a reader finds, in the order of the file. */
public interface TraceListener {
    void sequence(TracedSequence sequence);

    void counts(ExpertCounts counts);

    void answer(TracedAnswer answer);

    /** Says how large an expert of a layer is; most sources do not know it. */
    default void expertBytes(int layer, long bytes) {}

    /** Says what a file has that is not imported, in a few words; the run keeps it. */
    default void leftOut(String what) {}
}
