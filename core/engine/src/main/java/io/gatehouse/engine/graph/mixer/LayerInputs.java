package io.gatehouse.engine.graph.mixer;

import io.gatehouse.engine.graph.feedforward.ExpertChanges;
import io.gatehouse.engine.graph.op.Lanes;
import java.util.Optional;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

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
public record LayerInputs(
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

    /** Declares the placeholders of a graph of prompts. */
    public static LayerInputs declare(Ops tf, Optional<ExpertChanges.Inputs> experts) {
        return new LayerInputs(
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
                experts,
                Optional.empty());
    }

    /** The same for a step of texts that stand in lanes. */
    public LayerInputs with(Lanes step) {
        return new LayerInputs(
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
