package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * One generic decoder layer: attention and feed-forward, each after a norm and added to the residual stream.
 *
 * @param output [T, hidden], or [R, hidden] for the answer rows only
 * @param keys [tokens, key-value heads x head size] for prompts that follow
 * @param values the same
 * @param prefix where keys and values of a prefix are fed, in a prefixed layer
 */
public record LayerGraph(
        Operand<TFloat32> output,
        Operand<? extends TFloating> keys,
        Operand<? extends TFloating> values,
        Optional<? extends AttentionBlock.Prefix<?>> prefix,
        Optional<FeedForwardBlock.Routing> routing) {

    /**
     * What makes one layer's graph differ from another's.
     *
     * @param prefixed whether prompts follow a prefix whose keys and values are fed
     * @param answerOnly whether the output is wanted for the answer rows only, as after the last layer
     */
    public record Kind(FeedForward feedForward, boolean prefixed, boolean answerOnly) {}

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
    public record Inputs(
            Placeholder<TFloat32> hidden,
            Placeholder<TFloat32> cosine,
            Placeholder<TFloat32> sine,
            Placeholder<TInt32> padded,
            Placeholder<TInt32> packed,
            Placeholder<TInt32> window,
            Placeholder<TInt32> tokens,
            Placeholder<TInt32> answerRows,
            Optional<ExpertChanges.Inputs> experts) {

        static Inputs declare(Ops tf, boolean changedExperts) {
            return new Inputs(
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

    static <A extends TFloating, E extends TFloating> LayerGraph build(
            Ops tf,
            ModelConfig config,
            Class<A> attentionType,
            Class<E> expertsType,
            Kind kind,
            Inputs inputs,
            Weights weights) {
        Blocks blocks = new Blocks(tf);
        Optional<AttentionBlock.Prefix<A>> prefix = kind.prefixed()
                ? Optional.of(new AttentionBlock.Prefix<>(tf.placeholder(attentionType), tf.placeholder(attentionType)))
                : Optional.empty();
        AttentionBlock.Output<A> attention = new AttentionBlock<>(tf, config, attentionType, inputs, prefix)
                .build(norm(blocks, inputs.hidden(), "input_layernorm.weight", config, weights), weights);
        Operand<TFloat32> residual = tf.math.add(inputs.hidden(), attention.states());
        Operand<TFloat32> normed = norm(blocks, residual, "post_attention_layernorm.weight", config, weights);
        Optional<Operand<TInt32>> rows = kind.answerOnly() ? Optional.of(inputs.answerRows()) : Optional.empty();
        FeedForwardBlock.Output feedForward = new FeedForwardBlock<>(tf, config, expertsType, inputs.experts(), weights)
                .build(normed, kind.feedForward(), rows);
        Operand<TFloat32> kept = rows.isPresent() ? blocks.rows(residual, rows.get()) : residual;
        return new LayerGraph(
                tf.math.add(kept, feedForward.states()),
                blocks.first(attention.keys(), inputs.tokens()),
                blocks.first(attention.values(), inputs.tokens()),
                prefix,
                feedForward.routing());
    }

    private static Operand<TFloat32> norm(
            Blocks blocks, Operand<TFloat32> x, String tensor, ModelConfig config, Weights weights) {
        return blocks.rmsNorm(x, weights.value(WeightSpec.vector(tensor, config.hiddenSize())), config.rmsNormEps());
    }
}
