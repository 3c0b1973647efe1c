package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.Precision;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
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
        Weights weights,
        Operand<TFloat32> output,
        Operand<? extends TFloating> keys,
        Operand<? extends TFloating> values,
        Optional<? extends AttentionCore.Prefix<?>> prefix,
        Optional<FeedForwardBlock.Routing> routing) {

    static LayerGraph build(
            Ops tf, ModelConfig config, Precision precision, LayerKind kind, LayerInputs inputs, Weights weights) {
        return build(tf, config, precision.attention(), precision.experts(), kind, inputs, weights);
    }

    private static <A extends TFloating, E extends TFloating> LayerGraph build(
            Ops tf,
            ModelConfig config,
            Class<A> attentionType,
            Class<E> expertsType,
            LayerKind kind,
            LayerInputs inputs,
            Weights weights) {
        Blocks blocks = new Blocks(tf);
        Optional<AttentionCore.Prefix<A>> prefix = kind.prefixed()
                ? Optional.of(new AttentionCore.Prefix<>(tf.placeholder(attentionType), tf.placeholder(attentionType)))
                : Optional.empty();
        AttentionCore<A> core = new AttentionCore<>(tf, config, attentionType, inputs, prefix);
        AttentionBlock.Attended<A> attended = new AttentionBlock<>(tf, config, attentionType, inputs, core)
                .build(norm(blocks, inputs.hidden(), "input_layernorm.weight", config, weights), weights);
        Operand<TFloat32> residual = tf.math.add(inputs.hidden(), attended.output());
        Operand<TFloat32> normed = norm(blocks, residual, "post_attention_layernorm.weight", config, weights);
        Optional<Operand<TInt32>> rows = kind.answerOnly() ? Optional.of(inputs.answerRows()) : Optional.empty();
        FeedForwardBlock.Fed fed = new FeedForwardBlock<>(tf, config, expertsType, inputs.experts(), weights)
                .build(normed, kind.feedForward(), rows);
        Operand<TFloat32> kept = rows.isPresent() ? blocks.rows(residual, rows.get()) : residual;
        return new LayerGraph(
                weights,
                tf.math.add(kept, fed.output()),
                blocks.first(attended.keys(), inputs.tokens()),
                blocks.first(attended.values(), inputs.tokens()),
                prefix,
                fed.routing());
    }

    private static Operand<TFloat32> norm(
            Blocks blocks, Operand<TFloat32> x, String tensor, ModelConfig config, Weights weights) {
        return blocks.rmsNorm(x, weights.value(WeightSpec.vector(tensor, config.hiddenSize())), config.rmsNormEps());
    }
}
