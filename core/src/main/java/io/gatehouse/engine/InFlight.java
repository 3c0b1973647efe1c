package io.gatehouse.engine;

import java.util.Arrays;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TInt32;

/**
 * A micro-batch between layers: its hidden states live in the result of the run that made them, and beside them, where
 * it is a prefix, its keys and values in that layer.
 */
final class InFlight implements AutoCloseable {
    final MicroBatch batch;
    final boolean prefix;
    final PrefillListener listener;
    final RecordedRows recorded;
    final RecordedRows last;
    final RotaryTable.Fed rotary;
    final TInt32 padded;
    final TInt32 packed;
    final TInt32 tokens;
    final TInt32 answerRows;
    private LayerResult states;

    /**
     * What a run left.
     *
     * @param hidden where in the result the hidden states are
     * @param answersOnly whether those of the answer rows only
     * @param keys where the keys are, and after them the values
     */
    record LayerResult(Result result, int hidden, boolean answersOnly, int keys) {}

    InFlight(
            MicroBatch batch,
            boolean prefix,
            PrefillListener listener,
            RecordedRows recorded,
            RotaryTable.Fed rotary,
            Result embedded) {
        this.batch = batch;
        this.prefix = prefix;
        this.listener = listener;
        this.recorded = recorded;
        this.last = RecordedRows.last(batch);
        this.rotary = rotary;
        this.padded = TInt32.tensorOf(StdArrays.ndCopyOf(batch.padded()));
        this.tokens = TInt32.scalarOf(batch.tokens());
        this.packed = TInt32.vectorOf(batch.packed());
        // Few answers are filled up like few tokens are.
        this.answerRows = TInt32.vectorOf(Arrays.copyOf(last.sources(), MicroBatch.wholeBlocks(last.count())));
        this.states = new LayerResult(embedded, 0, false, 0);
    }

    /** [rows, hidden], or [answer rows, hidden] after a last layer that ran for those only. */
    Tensor hidden() {
        return states.result().get(states.hidden());
    }

    Tensor keys() {
        return states.result().get(states.keys());
    }

    Tensor values() {
        return states.result().get(states.keys() + 1);
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
        rotary.close();
        padded.close();
        packed.close();
        tokens.close();
        answerRows.close();
    }
}
