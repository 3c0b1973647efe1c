package io.gatehouse.sample.training;

import io.gatehouse.sample.training.ExpertBlock.Routed;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The forward pass of an OLMoE model as Hugging Face's OlmoeForCausalLM defines it, in 32-bit floats. */
final class SampleModel {
    static final String EMBEDDING = "embed_tokens";
    static final String HEAD = "lm_head";

    /** Small beside what a layer adds: with 0.5 nothing was learnt in the steps that are enough with 0.1. */
    private static final double EMBEDDING_DEVIATION = 0.1;

    private final Ops tf;
    private final Dimensions dimensions;
    private final Parameters parameters;
    private final Placeholder<TInt32> tokens;
    private final Operand<TFloat32> hidden;
    private final List<Routed> layers = new ArrayList<>();
    private final List<Operand<TFloat32>> outputs = new ArrayList<>();
    private final Variable<TFloat32> head;

    SampleModel(Ops tf, Dimensions dimensions) {
        this.tf = tf;
        this.dimensions = dimensions;
        parameters = new Parameters(tf);
        tokens = tf.placeholder(TInt32.class);
        Positions positions = new Positions(tf, dimensions, tokens);
        Variable<TFloat32> embedding =
                parameters.normal(EMBEDDING, EMBEDDING_DEVIATION, dimensions.vocabulary(), dimensions.hidden());
        Operand<TFloat32> x = embed(embedding);
        for (int layer = 0; layer < dimensions.layers(); layer++) {
            x = layer(x, positions, "layers.%d.".formatted(layer));
            outputs.add(x);
        }
        hidden = new RmsNorm(tf, parameters.ones("norm", dimensions.hidden())).apply(x);
        head = parameters.normal(
                HEAD, 1 / Math.sqrt(dimensions.hidden()), dimensions.hidden(), dimensions.vocabulary());
    }

    private Operand<TFloat32> embed(Variable<TFloat32> embedding) {
        Operand<TInt32> flat = tf.reshape(tokens, tf.constant(new int[] {-1}));
        return tf.linalg.matMul(
                tf.oneHot(flat, tf.constant(dimensions.vocabulary()), tf.constant(1f), tf.constant(0f)), embedding);
    }

    private Operand<TFloat32> layer(Operand<TFloat32> x, Positions positions, String prefix) {
        RmsNorm attentionNorm = new RmsNorm(tf, parameters.ones(prefix + "input_layernorm", dimensions.hidden()));
        AttentionBlock attention = new AttentionBlock(tf, dimensions, parameters, prefix + "self_attn.");
        Operand<TFloat32> attended = tf.math.add(x, attention.apply(attentionNorm.apply(x), positions));
        RmsNorm expertNorm = new RmsNorm(tf, parameters.ones(prefix + "post_attention_layernorm", dimensions.hidden()));
        Routed routed = new ExpertBlock(tf, dimensions, parameters, prefix + "mlp.").apply(expertNorm.apply(attended));
        layers.add(routed);
        return tf.math.add(attended, routed.output());
    }

    Dimensions dimensions() {
        return dimensions;
    }

    Parameters parameters() {
        return parameters;
    }

    /** {@code [B, S]} token ids, right-padded. */
    Placeholder<TInt32> tokens() {
        return tokens;
    }

    /** Routing per layer; T is {@code B*S}, prompt after prompt. */
    List<Routed> layers() {
        return List.copyOf(layers);
    }

    /** {@code [B*S, hidden]} after this layer, before any norm. */
    Operand<TFloat32> output(int layer) {
        return outputs.get(layer);
    }

    /** {@code [B*S, vocabulary]}. */
    Operand<TFloat32> logits() {
        return tf.linalg.matMul(hidden, head);
    }

    /** {@code [N, vocabulary]}: the logits of some rows of {@code B*S} only. */
    Operand<TFloat32> logits(Operand<TInt32> rows) {
        return tf.linalg.matMul(tf.gather(hidden, rows, tf.constant(0), new Gather.Options[0]), head);
    }
}
