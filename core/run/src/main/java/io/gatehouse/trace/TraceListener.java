package io.gatehouse.trace;

import io.gatehouse.store.ExpertCounts;
import io.gatehouse.store.TracedAnswer;
import io.gatehouse.store.TracedSequence;

/** Takes what a reader finds, in the order of the file. */
public interface TraceListener {
    void sequence(TracedSequence sequence);

    void counts(ExpertCounts counts);

    void answer(TracedAnswer answer);
}
