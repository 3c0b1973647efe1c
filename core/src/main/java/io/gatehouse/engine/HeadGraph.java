package io.gatehouse.engine;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.ModelConfig;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * What comes after the layers.
 *
 * @param weights a tied head reads the embedding's tensor; each part declares it, and they share it where the types
 *     agree
 * @param states [N, hidden] output of the last layer
 * @param normed [N, hidden] states after the final norm
 * @param logits [N, vocabulary]
 */
record HeadGraph(Weights weights, Placeholder<TFloat32> states, Operand<TFloat32> normed, Operand<TFloat32> logits) {
    static HeadGraph build(Ops tf, Checkpoint checkpoint, ModelConfig config, Precision precision) {
        Weights weights = new Weights(tf, "head", new HeldTypes(checkpoint, List.of("")));
        Placeholder<TFloat32> states = tf.placeholder(TFloat32.class);
        Operand<TFloat32> normed = new Blocks(tf)
                .rmsNorm(
                        states,
                        weights.value(WeightSpec.vector("model.norm.weight", config.hiddenSize())),
                        config.rmsNormEps());
        return new HeadGraph(weights, states, normed, logits(tf, config, precision.attention(), weights, normed));
    }

    private static <T extends TFloating> Operand<TFloat32> logits(
            Ops tf, ModelConfig config, Class<T> type, Weights weights, Operand<TFloat32> normed) {
        Blocks blocks = new Blocks(tf);
        WeightSpec<T> spec = config.tieWordEmbeddings()
                ? EmbeddingGraph.spec(config, type)
                : WeightSpec.matrix("lm_head.weight", config.vocabSize(), config.hiddenSize(), type);
        return blocks.cast(blocks.project(blocks.cast(normed, type), weights.value(spec)), TFloat32.class);
    }
}
