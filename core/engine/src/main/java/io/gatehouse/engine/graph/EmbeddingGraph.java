package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The part of the graph before the layers: token embeddings.
 *
 * @param tokenIds [T]
 * @param embedded [T, hidden] states before the first layer
 */
public record EmbeddingGraph(Weights weights, Placeholder<TInt32> tokenIds, Operand<TFloat32> embedded) {
    static EmbeddingGraph build(Ops tf, Checkpoint checkpoint, ModelConfig config, Class<? extends TFloating> type) {
        Blocks blocks = new Blocks(tf);
        Weights weights = new Weights(tf, "embedding", checkpoint, List.of(""));
        Placeholder<TInt32> tokenIds = tf.placeholder(TInt32.class);
        Operand<TFloat32> rows = blocks.cast(blocks.rows(weights.stored(spec(config, type)), tokenIds), TFloat32.class);
        Operand<TFloat32> normed = config.embeddingNorm()
                .<Operand<TFloat32>>map(
                        norm -> blocks.norm(rows, norm, "model.embed_norm", config.hiddenSize(), weights))
                .orElse(rows);
        Operand<TFloat32> scaled = blocks.times(normed, config.embeddingFactor());
        // Several residual streams begin as copies.
        Operand<TFloat32> streams = config.streams()
                .<Operand<TFloat32>>map(all -> tf.tile(scaled, tf.constant(new int[] {1, all.count()})))
                .orElse(scaled);
        return new EmbeddingGraph(weights, tokenIds, streams);
    }

    static <T extends TFloating> WeightSpec<T> spec(ModelConfig config, Class<T> type) {
        return WeightSpec.matrix("model.embed_tokens.weight", config.vocabSize(), config.hiddenSize(), type);
    }
}
