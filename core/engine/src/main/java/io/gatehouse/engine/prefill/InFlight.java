package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.LatentAttention;
import io.gatehouse.checkpoint.config.Mixer;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.engine.graph.mixer.LayerInputs;
import io.gatehouse.engine.memory.TensorMemory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;
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
    /** Latent vectors that later layers use: of the last layer with positions that kept them, and of that without. */
    private final Map<Boolean, TFloat32> latents = new HashMap<>();

    /** What the blocks of the last layers with experts read, the nearest first. */
    private final Deque<TFloat32> read = new ArrayDeque<>();

    private LayerResult states;

    /**
     * Latent vectors that a layer keeps for later ones.
     *
     * @param place where in its result they are
     * @param positions whether the layer has positions
     */
    record KeptLatents(int place, boolean positions) {}

    /**
     * The result of a layer.
     *
     * @param hidden where in the result the hidden states are
     * @param answersOnly whether those of the answer rows only
     * @param state where the parts of the mixer's state are, of a prefix
     * @param cache where that is what generation keeps of the tokens
     * @param unseen where the tokens are that a token does not see, after sparse attention
     * @param latents of layers whose latent vectors later ones use
     */
    record LayerResult(
            Result result,
            int hidden,
            boolean answersOnly,
            List<Integer> state,
            List<Integer> cache,
            Optional<Integer> unseen,
            Optional<KeptLatents> latents) {
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
        this.states = new LayerResult(embedded, 0, false, List.of(), List.of(), Optional.empty(), Optional.empty());
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

    /** @param mixer of the layer */
    Session.Runner feed(LayerInputs inputs, Mixer mixer, Session.Runner runner) {
        mixer.rope().ifPresent(rotation -> {
            RotaryTable.Angles angles = requireNonNull(rotary.get(rotation), "no such angles");
            runner.feed(inputs.cosine(), angles.cosine()).feed(inputs.sine(), angles.sine());
        });
        states.unseen()
                .ifPresent(place -> runner.feed(inputs.unseen(), states.result().get(place)));
        if (mixer instanceof LatentAttention attention
                && attention.latents().source() == LatentAttention.Source.SHARED) {
            runner.feed(
                    inputs.latents(),
                    requireNonNull(latents.get(attention.rope().isPresent()), "no latent vectors were kept"));
        }
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

    /** What the block of a layer with experts read, so many of them before; empty if there are fewer. */
    Optional<TFloat32> earlierRead(int distance) {
        return read.stream().skip(distance - 1L).findFirst();
    }

    /** Keeps what the block of the layer at hand read, and that of as many layers as later ones look back. */
    void keepRead(TFloat32 source) {
        read.addFirst(TFloat32.tensorOf(source.shape(), source::copyTo));
        if (read.size() > capture.farthestLookahead()) {
            read.removeLast().close();
        }
    }

    void advance(LayerResult next) {
        states.result().close();
        states = next;
        next.latents().ifPresent(this::keep);
    }

    /** A copy: the result is closed after the next layer, and later ones use them, too. */
    private void keep(KeptLatents kept) {
        TFloat32 source = (TFloat32) states.result().get(kept.place());
        TFloat32 before = latents.put(kept.positions(), TFloat32.tensorOf(source.shape(), source::copyTo));
        if (before != null) {
            before.close();
        }
    }

    @Override
    public void close() {
        states.result().close();
        latents.values().forEach(Tensor::close);
        read.forEach(Tensor::close);
        rotary.values().forEach(RotaryTable.Angles::close);
        positions.close();
        padded.close();
        packed.close();
        tokens.close();
        answerRows.close();
    }
}
