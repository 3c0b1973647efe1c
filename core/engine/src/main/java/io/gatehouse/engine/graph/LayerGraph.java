package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.Layer;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * One generic decoder layer: mixer and feed-forward block, joined to the residual stream.
 *
 * @param output [T, hidden], or [R, hidden] for the answer rows only
 * @param state of the mixer for prompts that follow
 * @param past where the state of a prefix is fed, in a prefixed layer, or what a step goes on from
 * @param cache what generation keeps of the tokens
 * @param unseen which tokens a token does not see, in sparse attention, for the layers that follow
 * @param latents [T, width] latent vectors that later layers use, too
 * @param routing what the router of the feed-forward block decided
 * @param mixerRouting what that of attention with experts decided
 */
public record LayerGraph(
        Operand<TFloat32> output,
        List<Operand<? extends TFloating>> state,
        List<Placeholder<? extends TFloating>> past,
        List<Operand<? extends TFloating>> cache,
        Optional<Operand<TFloat32>> unseen,
        Optional<Operand<TFloat32>> latents,
        Optional<FeedForwardBlock.Routing> routing,
        Optional<FeedForwardBlock.Routing> mixerRouting) {
    public LayerGraph {
        state = List.copyOf(state);
        past = List.copyOf(past);
        cache = List.copyOf(cache);
    }

    /**
     * What makes one layer's graph differ from another's.
     *
     * @param layer its shape
     * @param prefixed whether prompts follow a prefix whose state is fed
     * @param answerOnly whether the output is wanted for the answer rows only, as after the last layer
     * @param lanes how many lanes the texts of a step stand in, each of which goes on from its own past; 0 for prompts
     */
    public record Kind(Layer layer, boolean prefixed, boolean answerOnly, int lanes) {
        /** Of prompts. */
        public Kind(Layer layer, boolean prefixed, boolean answerOnly) {
            this(layer, prefixed, answerOnly, 0);
        }
    }

    /**
     * What a layer is fed for one micro-batch of T tokens, which its mixer sees as a [B, S] rectangle.
     *
     * @param hidden [T, hidden] states before the layer
     * @param cosine [T, rotated entries / 2] of the rotary angles, in a layer that has them
     * @param sine [T, rotated entries / 2]
     * @param positions [T] position of each token in its text, from 0
     * @param padded [B, S] row of the token that stands in each cell of the rectangle; padding points at row 0
     * @param packed [T] cell of the flattened rectangle where each token stands
     * @param window how many latest positions, its own included, a token attends to
     * @param depth the factor of the layer's slopes, in lightning attention
     * @param unseen what the layer before gave, in sparse attention that goes by it
     * @param latents what an earlier layer gave, in latent attention that goes by them
     * @param shares [4] factors of stream and mixer, of stream and feed-forward block, where they differ between layers
     * @param tokens number of rows that are tokens; what follows them is filler
     * @param answerRows rows whose output is wanted when not all are
     * @param experts what is changed about single experts, where something is
     * @param lanes the pasts of the texts, in a step of generation
     */
    public record Inputs(
            Placeholder<TFloat32> hidden,
            Placeholder<TFloat32> cosine,
            Placeholder<TFloat32> sine,
            Placeholder<TInt32> positions,
            Placeholder<TInt32> padded,
            Placeholder<TInt32> packed,
            Placeholder<TInt32> window,
            Placeholder<TFloat32> depth,
            Placeholder<TFloat32> unseen,
            Placeholder<TFloat32> latents,
            Placeholder<TFloat32> shares,
            Placeholder<TInt32> tokens,
            Placeholder<TInt32> answerRows,
            Optional<ExpertChanges.Inputs> experts,
            Optional<Lanes> lanes) {

        static Inputs declare(Ops tf, boolean changedExperts) {
            return new Inputs(
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TInt32.class),
                    tf.placeholder(TInt32.class),
                    tf.placeholder(TInt32.class),
                    tf.placeholder(TInt32.class),
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TFloat32.class),
                    tf.placeholder(TInt32.class),
                    tf.placeholder(TInt32.class),
                    changedExperts ? Optional.of(ExpertChanges.Inputs.declare(tf)) : Optional.empty(),
                    Optional.empty());
        }

        /** The same for a step of texts that stand in lanes. */
        Inputs with(Lanes step) {
            return new Inputs(
                    hidden,
                    cosine,
                    sine,
                    positions,
                    padded,
                    packed,
                    window,
                    depth,
                    unseen,
                    latents,
                    shares,
                    tokens,
                    answerRows,
                    experts,
                    Optional.of(step));
        }
    }

    /** The types that a layer is computed in. */
    record Types<A extends TFloating, E extends TFloating>(Class<A> mixer, Class<E> experts) {}

    static <A extends TFloating, E extends TFloating> LayerGraph build(
            Ops tf, int hiddenSize, Types<A, E> types, Kind kind, Inputs inputs, Weights weights) {
        return new LayerBuilder<>(tf, hiddenSize, types, kind, inputs, weights).build();
    }
}
