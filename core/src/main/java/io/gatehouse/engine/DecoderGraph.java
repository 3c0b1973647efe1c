package io.gatehouse.engine;

import io.gatehouse.checkpoint.FeedForward;
import io.gatehouse.checkpoint.ModelConfig;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The decoder as a graph in three parts that are run one after the other: embedding, one generic layer, head. The
 * hidden states leave the graph between runs, so that one set of layer variables serves all layers.
 */
final class DecoderGraph implements AutoCloseable {
    private final Graph graph = new Graph();
    private final ModelConfig config;
    private final Ops tf;
    private final Blocks blocks;

    final Placeholder<TInt32> tokenIds;
    final Placeholder<TInt32> positions;
    final Placeholder<TInt32> padded;
    final Placeholder<TInt32> packed;
    final Placeholder<TFloat32> hidden;
    final Placeholder<TInt32> headRows;

    final Weights embeddingWeights;
    final Weights layerWeights;
    final Weights headWeights;

    final Operand<TFloat32> embedded;
    final RouterBlock.Decision decision;
    final Operand<TFloat32> layerOutput;
    final Operand<TFloat32> headNormed;
    final Operand<TFloat32> logits;

    DecoderGraph(ModelConfig config, FeedForward.Sparse feedForward) {
        this.config = config;
        this.tf = Ops.create(graph);
        this.blocks = new Blocks(tf);
        this.tokenIds = tf.placeholder(TInt32.class);
        this.positions = tf.placeholder(TInt32.class);
        this.padded = tf.placeholder(TInt32.class);
        this.packed = tf.placeholder(TInt32.class);
        this.hidden = tf.placeholder(TFloat32.class);
        this.headRows = tf.placeholder(TInt32.class);
        this.embeddingWeights = new Weights(tf, "embedding");
        this.layerWeights = new Weights(tf, "layer");
        this.headWeights = new Weights(tf, "head");

        this.embedded = blocks.rows(embeddingWeights.declare(embeddingSpec()), tokenIds);

        AttentionBlock attention = new AttentionBlock(tf, config, positions, padded, packed);
        Operand<TFloat32> afterAttention =
                tf.math.add(hidden, attention.build(layerNorm(hidden, "input_layernorm.weight"), layerWeights));
        Operand<TFloat32> normed = layerNorm(afterAttention, "post_attention_layernorm.weight");
        Operand<TFloat32> router =
                layerWeights.declare(WeightSpec.matrix("mlp.gate.weight", feedForward.experts(), config.hiddenSize()));
        this.decision = new RouterBlock(tf, feedForward).build(blocks.project(normed, router));
        ExpertsBlock experts = new ExpertsBlock(tf, feedForward, config.hiddenSize());
        this.layerOutput = tf.math.add(afterAttention, experts.build(normed, decision, layerWeights));

        this.headNormed = blocks.rmsNorm(
                blocks.rows(hidden, headRows),
                headWeights.declare(WeightSpec.vector("model.norm.weight", config.hiddenSize())),
                config.rmsNormEps());
        this.logits = blocks.project(headNormed, headWeights.declare(headSpec()));
    }

    Graph graph() {
        return graph;
    }

    @Override
    public void close() {
        graph.close();
    }

    private Operand<TFloat32> layerNorm(Operand<TFloat32> x, String tensor) {
        Operand<TFloat32> weight = layerWeights.declare(WeightSpec.vector(tensor, config.hiddenSize()));
        return blocks.rmsNorm(x, weight, config.rmsNormEps());
    }

    private WeightSpec embeddingSpec() {
        return WeightSpec.matrix("model.embed_tokens.weight", config.vocabSize(), config.hiddenSize());
    }

    private WeightSpec headSpec() {
        return config.tieWordEmbeddings()
                ? embeddingSpec()
                : WeightSpec.matrix("lm_head.weight", config.vocabSize(), config.hiddenSize());
    }
}
