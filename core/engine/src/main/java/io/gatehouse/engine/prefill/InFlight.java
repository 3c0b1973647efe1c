package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.engine.graph.LayerGraph;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TInt32;

/**
 * A micro-batch between layers: its hidden states live in the result of the run that made them, and beside them, where
 * it is a prefix, the state of its mixer in that layer.
 */
final class InFlight implements AutoCloseable {
    private final MicroBatch batch;
    private final boolean prefix;
    private final PrefillListener listener;
    private final Capture capture;
    private final RecordedRows recorded;
    private final RecordedRows last;
    private final Map<Rope, RotaryTable.Angles> rotary;
    private final TInt32 positions;
    private final TInt32 padded;
    private final TInt32 packed;
    private final TInt32 tokens;
    private final TInt32 answerRows;
    private LayerResult states;

    /**
     * The result of a layer.
     *
     * @param hidden where in the result the hidden states are
     * @param answersOnly whether those of the answer rows only
     * @param state where the parts of the mixer's state are, of a prefix
     * @param cache where that is what generation keeps of the tokens
     * @param unseen where the tokens are that a token does not see, after sparse attention
     */
    record LayerResult(
            Result result,
            int hidden,
            boolean answersOnly,
            List<Integer> state,
            List<Integer> cache,
            Optional<Integer> unseen) {
        LayerResult {
            state = List.copyOf(state);
            cache = List.copyOf(cache);
        }
    }

    InFlight(
            MicroBatch batch,
            boolean prefix,
            PrefillListener listener,
            Capture capture,
            Map<Rope, RotaryTable.Angles> rotary,
            Result embedded) {
        this.batch = batch;
        this.prefix = prefix;
        this.listener = listener;
        this.capture = capture;
        this.recorded = RecordedRows.of(capture.tokens(), batch, prefix);
        this.last = RecordedRows.last(batch);
        this.rotary = Map.copyOf(rotary);
        this.positions = TInt32.vectorOf(batch.positions());
        this.padded = TInt32.tensorOf(StdArrays.ndCopyOf(batch.padded()));
        this.tokens = TInt32.scalarOf(batch.tokens());
        this.packed = TInt32.vectorOf(batch.packed());
        // Filled up to whole blocks, like tokens.
        this.answerRows = TInt32.vectorOf(Arrays.copyOf(last.sources(), MicroBatch.wholeBlocks(last.count())));
        this.states = new LayerResult(embedded, 0, false, List.of(), List.of(), Optional.empty());
    }

    MicroBatch batch() {
        return batch;
    }

    /** Whether it is what several prompts begin with. */
    boolean prefix() {
        return prefix;
    }

    /** Receives its results. */
    PrefillListener listener() {
        return listener;
    }

    /** Which of its results are delivered. */
    Capture capture() {
        return capture;
    }

    /** The rows whose routing is recorded. */
    RecordedRows recorded() {
        return recorded;
    }

    /** The last token of each prompt. */
    RecordedRows last() {
        return last;
    }

    /** @param rope of the layer, if it has one */
    Session.Runner feed(LayerGraph.Inputs inputs, Optional<Rope> rope, Session.Runner runner) {
        rope.ifPresent(rotation -> {
            RotaryTable.Angles angles = requireNonNull(rotary.get(rotation), "no such angles");
            runner.feed(inputs.cosine(), angles.cosine()).feed(inputs.sine(), angles.sine());
        });
        states.unseen()
                .ifPresent(place -> runner.feed(inputs.unseen(), states.result().get(place)));
        return runner.feed(inputs.hidden(), hidden())
                .feed(inputs.positions(), positions)
                .feed(inputs.padded(), padded)
                .feed(inputs.packed(), packed)
                .feed(inputs.tokens(), tokens)
                .feed(inputs.answerRows(), answerRows);
    }

    /** [rows, hidden], or [answer rows, hidden] after a last layer that ran for those only. */
    Tensor hidden() {
        return states.result().get(states.hidden());
    }

    /** A part of the state that its mixer left. */
    Tensor state(int part) {
        return states.result().get(states.state().get(part));
    }

    /** A part of what generation keeps of its tokens, or of its texts. */
    Tensor cached(int part) {
        return states.result().get(states.cache().get(part));
    }

    int cachedParts() {
        return states.cache().size();
    }

    /** States of the last token of each prompt [B x hidden]. */
    float[] lastStates() {
        float[] present = TensorMemory.floats(hidden());
        RecordedRows rows = states.answersOnly() ? last.alone() : last;
        return rows.floats(present, Math.toIntExact(hidden().shape().get(1)));
    }

    void advance(LayerResult next) {
        states.result().close();
        states = next;
    }

    @Override
    public void close() {
        states.result().close();
        rotary.values().forEach(RotaryTable.Angles::close);
        positions.close();
        padded.close();
        packed.close();
        tokens.close();
        answerRows.close();
    }
}
