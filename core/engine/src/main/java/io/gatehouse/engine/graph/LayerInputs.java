package io.gatehouse.engine.graph;

import java.util.Optional;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What a layer is fed for one micro-batch of T tokens, which attention sees as a [B, S] rectangle.
 *
 * @param hidden [T, hidden] states before the layer
 * @param cosine [T, head size / 2] of the rotary angles
 * @param sine [T, head size / 2]
 * @param padded [B, S] row of the token that stands in each cell of the rectangle
 * @param packed [T] cell of the flattened rectangle where each token stands
 * @param window how many latest positions, its own included, a token attends to
 * @param tokens number of rows that are tokens; what follows them is filler
 * @param answerRows rows whose output is wanted when not all are
 * @param experts what is changed about single experts, where something is
 */
public record LayerInputs(
        Placeholder<TFloat32> hidden,
        Placeholder<TFloat32> cosine,
        Placeholder<TFloat32> sine,
        Placeholder<TInt32> padded,
        Placeholder<TInt32> packed,
        Placeholder<TInt32> window,
        Placeholder<TInt32> tokens,
        Placeholder<TInt32> answerRows,
        Optional<ExpertChanges.Inputs> experts) {

    static LayerInputs declare(Ops tf, boolean changedExperts) {
        return new LayerInputs(
                tf.placeholder(TFloat32.class),
                tf.placeholder(TFloat32.class),
                tf.placeholder(TFloat32.class),
                tf.placeholder(TInt32.class),
                tf.placeholder(TInt32.class),
                tf.placeholder(TInt32.class),
                tf.placeholder(TInt32.class),
                tf.placeholder(TInt32.class),
                changedExperts ? Optional.of(ExpertChanges.Inputs.declare(tf)) : Optional.empty());
    }
}
