package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Layer;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Residual;
import io.gatehouse.engine.graph.feedforward.FeedForwardBlock;
import io.gatehouse.engine.graph.mixer.LayerInputs;
import io.gatehouse.engine.graph.mixer.MixerBlock;
import io.gatehouse.engine.graph.mixer.MixerBlocks;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** Joins mixer and feed-forward block of a layer to the residual stream. */
final class LayerBuilder<A extends TFloating, E extends TFloating> {
    /** The least square of the stream's share where shares are learned. */
    private static final float LEAST_SHARE = 1e-3f;

    private final Ops tf;
    private final Blocks blocks;
    private final int hiddenSize;
    private final LayerGraph.Types<A, E> types;
    private final LayerGraph.Kind kind;
    private final Residual residual;
    private final LayerInputs inputs;
    private final Weights weights;
    private final Optional<Operand<TInt32>> rows;

    LayerBuilder(
            Ops tf,
            int hiddenSize,
            LayerGraph.Types<A, E> types,
            LayerGraph.Kind kind,
            LayerInputs inputs,
            Weights weights) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.hiddenSize = hiddenSize;
        this.types = types;
        this.kind = kind;
        this.residual = kind.layer().residual();
        this.inputs = inputs;
        this.weights = weights;
        this.rows = kind.answerOnly() ? Optional.of(inputs.answerRows()) : Optional.empty();
    }

    LayerGraph build() {
        Optional<MixerBlock> mixer = MixerBlocks.of(
                tf, kind.layer().mixer(), hiddenSize, types.mixer(), inputs, kind.prefixed() || kind.lanes() > 0);
        boolean reads = mixer.isPresent() || residual.parallel();
        Connection first = connection(inputs.hidden(), "mixer_streams");
        Operand<TFloat32> before = reads ? mixerNormed(first.input()) : first.input();
        Optional<MixerBlock.Output> mixed = mixer.map(block -> block.build(before, weights));
        Operand<TFloat32> middle = mixed.<Operand<TFloat32>>map(output -> joined(
                        residual.mixer(),
                        "mixer_share",
                        0,
                        inputs.hidden(),
                        before,
                        first,
                        after(residual.mixer(), residual.mixerOutputNorm(), "mixer_output_norm", output.states())))
                .orElse(inputs.hidden());

        Connection second = connection(middle, "mlp_streams");
        Operand<TFloat32> read = residual.parallel() ? first.input() : second.input();
        Operand<TFloat32> normed = read;
        if (residual.parallel()) {
            normed = before;
        } else if (hasFeedForward()) {
            normed = normed(read);
        }
        Optional<FeedForwardBlock.Output> feedForward = hasFeedForward()
                ? Optional.of(
                        feedForward(weights).build(normed, middle, kind.layer().feedForward(), rows))
                : Optional.empty();
        List<Operand<? extends TFloating>> state =
                new ArrayList<>(mixed.map(MixerBlock.Output::state).orElse(List.of()));
        List<Placeholder<? extends TFloating>> past =
                new ArrayList<>(mixer.map(MixerBlock::past).orElse(List.of()));
        Operand<TFloat32> output = kind.layer().shortcut().isPresent()
                ? secondHalf(
                        kind.layer().shortcut().get(),
                        middle,
                        normed,
                        feedForward.orElseThrow().states(),
                        state,
                        past)
                : withFeedForward(middle, normed, second, feedForward);
        return new LayerGraph(
                residual.scaled() ? tf.math.mul(output, weights.value(WeightSpec.vector("layer_scalar", 1))) : output,
                state,
                past,
                mixed.map(MixerBlock.Output::cache).orElse(List.of()),
                mixed.flatMap(MixerBlock.Output::unseen),
                mixed.flatMap(MixerBlock.Output::latents),
                // A state that is fed cannot be fetched itself.
                tf.identity(read),
                feedForward.flatMap(FeedForwardBlock.Output::routing),
                mixed.flatMap(MixerBlock.Output::routing));
    }

    /** Adds the router of the layer for what the block of an earlier layer read. */
    LookaheadGraph lookahead() {
        Placeholder<TFloat32> earlier = tf.placeholder(TFloat32.class);
        return new LookaheadGraph(
                earlier,
                feedForward(weights)
                        .route(normed(earlier), earlier, (FeedForward.Sparse)
                                kind.layer().feedForward())
                        .experts());
    }

    /** What the mixer sees of what it reads. */
    private Operand<TFloat32> mixerNormed(Operand<TFloat32> read) {
        return residual.mixer().norms().isBefore()
                ? blocks.norm(read, residual.norm(), "input_layernorm", hiddenSize, weights)
                : read;
    }

    /** What router and experts see of what the feed-forward block reads. */
    private Operand<TFloat32> normed(Operand<TFloat32> read) {
        if (residual.parallel()) {
            return mixerNormed(read);
        }
        return residual.feedForward().norms().isBefore()
                ? blocks.norm(read, residual.feedForwardNorm(), "post_attention_layernorm", hiddenSize, weights)
                : read;
    }

    /**
     * How a block is connected to the stream, or to several.
     *
     * @param input [T, hidden] what it reads
     * @param use where there are several
     */
    private record Connection(Operand<TFloat32> input, Optional<HyperConnection.Use> use) {}

    private Connection connection(Operand<TFloat32> stream, String name) {
        Optional<HyperConnection.Use> use = hyperConnection().map(several -> several.use(stream, name));
        return new Connection(use.map(HyperConnection.Use::input).orElse(stream), use);
    }

    private Optional<HyperConnection> hyperConnection() {
        return residual.streams()
                .map(streams -> new HyperConnection(
                        tf, streams, hiddenSize, residual.norm().epsilon(), weights));
    }

    private boolean hasFeedForward() {
        return !(kind.layer().feedForward() instanceof FeedForward.Absent);
    }

    private FeedForwardBlock<E> feedForward(Weights own) {
        return new FeedForwardBlock<>(
                tf, hiddenSize, residual.feedForwardNorm(), types.experts(), inputs.experts(), own);
    }

    private Operand<TFloat32> withFeedForward(
            Operand<TFloat32> middle,
            Operand<TFloat32> normed,
            Connection connection,
            Optional<FeedForwardBlock.Output> feedForward) {
        Operand<TFloat32> kept = wanted(middle);
        Connection ofWanted = new Connection(
                connection.input(), connection.use().map(use -> rows.isPresent() ? use.of(blocks, rows.get()) : use));
        return feedForward
                .<Operand<TFloat32>>map(block -> joined(
                        residual.feedForward(),
                        "mlp_share",
                        2,
                        kept,
                        wanted(normed),
                        ofWanted,
                        after(
                                residual.feedForward(),
                                residual.feedForwardOutputNorm(),
                                "mlp_output_norm",
                                block.states())))
                .orElse(kept);
    }

    /**
     * The output of a layer of two halves.
     *
     * @param middle [T, hidden] stream after the first mixer
     * @param normed [T, hidden] what mixture and dense block read of it
     * @param mixture [R, hidden] output of the mixture
     * @param state of the first mixer, to which that of the second is added
     * @param past where the state of a prefix is fed, likewise
     */
    private Operand<TFloat32> secondHalf(
            Layer.Shortcut shortcut,
            Operand<TFloat32> middle,
            Operand<TFloat32> normed,
            Operand<TFloat32> mixture,
            List<Operand<? extends TFloating>> state,
            List<Placeholder<? extends TFloating>> past) {
        Weights second = weights.within("second.");
        Operand<TFloat32> stream =
                tf.math.add(middle, feedForward(weights).dense(normed, "first_mlp.", shortcut.first()));
        MixerBlock mixer = MixerBlocks.of(tf, shortcut.mixer(), hiddenSize, types.mixer(), inputs, kind.prefixed())
                .orElseThrow();
        MixerBlock.Output mixed =
                mixer.build(blocks.norm(stream, residual.norm(), "input_layernorm", hiddenSize, second), second);
        state.addAll(mixed.state());
        past.addAll(mixer.past());
        Operand<TFloat32> kept = wanted(tf.math.add(stream, mixed.states()));
        Operand<TFloat32> dense = feedForward(second)
                .dense(
                        blocks.norm(kept, residual.feedForwardNorm(), "post_attention_layernorm", hiddenSize, second),
                        "mlp.",
                        shortcut.second());
        return tf.math.add(tf.math.add(kept, dense), mixture);
    }

    /**
     * kept × h + added × f.
     *
     * @param share name of the weight that learned shares are made of
     * @param place of the two factors among those that are fed
     */
    private Operand<TFloat32> joined(
            Residual.Branch branch,
            String share,
            int place,
            Operand<TFloat32> stream,
            Operand<TFloat32> normed,
            Connection connection,
            Operand<TFloat32> output) {
        if (connection.use().isPresent()) {
            return hyperConnection()
                    .orElseThrow()
                    .written(stream, connection.use().get(), output);
        }
        Operand<TFloat32> kept = branch.ofNormed() ? normed : stream;
        if (branch.shares() instanceof Residual.Shares.ByLayer) {
            return tf.math.add(tf.math.mul(kept, fed(place)), tf.math.mul(output, fed(place + 1)));
        }
        if (branch.shares() instanceof Residual.Shares.Learned learned) {
            Operand<TFloat32> weight = tf.math.div(
                    weights.value(WeightSpec.vector(share, hiddenSize)), tf.constant(learned.temperature()));
            Operand<TFloat32> added = tf.math.sigmoid(weight);
            Operand<TFloat32> square =
                    tf.math.mul(tf.math.sigmoid(tf.math.neg(weight)), tf.math.add(added, tf.constant(1f)));
            return tf.math.add(
                    tf.math.mul(kept, tf.math.sqrt(tf.math.maximum(square, tf.constant(LEAST_SHARE)))),
                    tf.math.mul(output, added));
        }
        return tf.math.add(blocks.times(kept, branch.kept()), blocks.times(output, branch.added()));
    }

    private Operand<TFloat32> fed(int place) {
        return tf.gather(inputs.shares(), tf.constant(place), tf.constant(0));
    }

    private Operand<TFloat32> after(Residual.Branch branch, Norm norm, String tensor, Operand<TFloat32> output) {
        return branch.norms().isAfter() ? blocks.norm(output, norm, tensor, hiddenSize, weights) : output;
    }

    private Operand<TFloat32> wanted(Operand<TFloat32> x) {
        return rows.isPresent() ? blocks.rows(x, rows.get()) : x;
    }
}
