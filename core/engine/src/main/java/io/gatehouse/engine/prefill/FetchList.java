package io.gatehouse.engine.prefill;

import org.tensorflow.Operand;
import org.tensorflow.Session;

/** Adds fetches to a run and says where each will be in its result. */
final class FetchList {
    private final Session.Runner runner;
    private int size;

    FetchList(Session.Runner runner) {
        this.runner = runner;
    }

    int add(Operand<?> wanted) {
        runner.fetch(wanted);
        return size++;
    }
}
