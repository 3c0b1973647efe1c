package io.gatehouse.trace;

import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that a reader finds in a file. */
final class Found implements TraceListener {
    final List<TracedSequence> sequences = new ArrayList<>();
    final List<ExpertCounts> counts = new ArrayList<>();
    final List<TracedAnswer> answers = new ArrayList<>();
    final Map<Integer, Long> expertBytes = new TreeMap<>();
    final List<String> leftOut = new ArrayList<>();

    static Found in(TraceKind kind, Path file, TraceShape shape) {
        Found found = new Found();
        kind.read(file, shape, found);
        return found;
    }

    @Override
    public void sequence(TracedSequence sequence) {
        sequences.add(sequence);
    }

    @Override
    public void counts(ExpertCounts expertCounts) {
        counts.add(expertCounts);
    }

    @Override
    public void answer(TracedAnswer answer) {
        answers.add(answer);
    }

    @Override
    public void expertBytes(int layer, long bytes) {
        expertBytes.put(layer, bytes);
    }

    @Override
    public void leftOut(String what) {
        leftOut.add(what);
    }

    /** The experts of a layer of a sequence, token by token. */
    int[] experts(int sequence, int layer) {
        return sequences.get(sequence).layers().get(layer).experts();
    }
}
