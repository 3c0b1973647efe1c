package io.gatehouse.trace.reader;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The forward passes of an engine that serves one sequence at a time, as it logs them: layer after layer, without saying
 * where a pass or a sequence begins. A pass ends where the layer does not rise. The first pass of a sequence is of its
 * prompt, and so are those after it with more than one token; passes of one token generated the next one. Another pass of
 * several tokens after them begins the next sequence. (mbolt's reader tells them apart in the same way.)
 */
public final class ForwardPasses {
    /** Heap that an expert of a token takes here and while its table grows. */
    private static final int DECISION_BYTES = 48;

    private static final int LAYER_BYTES = 256;

    private final Object file;
    private final TraceListener listener;
    private final List<Layer> pass = new ArrayList<>();
    private FileMemory memory;
    private DecisionTable table;
    private int sequences;
    private int prompt;
    private int tokens;

    /** What a layer routed in one pass, shape [tokens, topK]. */
    private record Layer(int number, int topK, int[] experts, float[] weights, String place) {
        int tokens() {
            return experts.length / topK;
        }
    }

    /** @param file names the file in errors */
    public ForwardPasses(Object file, TraceListener listener) {
        this.file = file;
        this.listener = listener;
        this.memory = FileMemory.of(file);
        this.table = emptyTable();
    }

    /**
     * Adds what a layer routed.
     *
     * @param experts experts of each token, shape [tokens, topK]
     * @param weights their weights; empty if unknown
     * @param place of the record, for errors
     * @throws GatehouseException CORRUPT_DATASET; OUT_OF_MEMORY if a sequence is too long
     */
    public void add(int layer, int topK, int[] experts, float[] weights, String place) {
        if (!pass.isEmpty() && layer <= pass.get(pass.size() - 1).number()) {
            endPass();
        }
        memory.take(LAYER_BYTES + (long) experts.length * DECISION_BYTES);
        pass.add(new Layer(layer, topK, experts, weights, place));
    }

    private DecisionTable emptyTable() {
        return new DecisionTable("%s, sequence %d".formatted(file, sequences + 1), false);
    }

    /** Gives the last sequence to the listener. */
    public void finish() {
        endPass();
        endSequence();
    }

    private void endPass() {
        int size = pass.stream().mapToInt(Layer::tokens).max().orElse(0);
        if (size > 1 && tokens > prompt) {
            endSequence();
        }
        for (Layer layer : pass) {
            add(layer, size);
        }
        if (size > 1 || tokens == 0) {
            prompt += size;
        }
        tokens += size;
        pass.clear();
    }

    /** The last layer of a model computes only tokens whose output is asked for, which is the last one. */
    private void add(Layer layer, int size) {
        if (layer.tokens() != size && layer.tokens() > 1) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s has %d tokens in layer %d, but other layers of the pass have %d"
                            .formatted(layer.place(), layer.tokens(), layer.number(), size));
        }
        int first = tokens + size - layer.tokens();
        for (int i = 0; i < layer.experts().length; i++) {
            int token = first + i / layer.topK();
            if (layer.weights().length > 0) {
                table.add(layer.number(), token, layer.experts()[i], layer.weights()[i]);
            } else {
                table.add(layer.number(), token, layer.experts()[i]);
            }
        }
    }

    private void endSequence() {
        if (tokens > 0) {
            sequences++;
            listener.sequence(new TracedSequence(
                    "sequence %d".formatted(sequences), Optional.empty(), "", new int[0], prompt, table.layers()));
        }
        // The records of the pass that begins the next sequence are counted anew.
        memory = FileMemory.of(file);
        pass.forEach(layer -> memory.take(LAYER_BYTES + (long) layer.experts().length * DECISION_BYTES));
        table = emptyTable();
        prompt = 0;
        tokens = 0;
    }
}
