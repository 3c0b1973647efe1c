package io.gatehouse.sample.training;

import io.gatehouse.sample.training.TrainingPlan.Dimensions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DynamicPartition;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Split;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** The forward pass of an OLMoE model as Hugging Face's OlmoeForCausalLM defines it, in 32-bit floats. */
final class SampleModel {
    static final String EMBEDDING = "embed_tokens";
    static final String HEAD = "lm_head";

    /** Small beside what a layer adds: with 0.5 nothing was learnt in the steps that are enough with 0.1. */
    private static final double EMBEDDING_DEVIATION = 0.1;

    /**
     * What router and experts of a layer did.
     *
     * @param output {@code [T, D]}
     * @param probabilities {@code [T, experts]}
     * @param selected {@code [T, topK, experts]}, one where an expert was chosen
     */
    record Routed(Operand<TFloat32> output, Operand<TFloat32> probabilities, Operand<TFloat32> selected) {}

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
        Attention attention = new Attention(tf, dimensions, parameters, prefix + "self_attn.");
        Operand<TFloat32> attended = tf.math.add(x, attention.apply(attentionNorm.apply(x), positions));
        RmsNorm expertNorm = new RmsNorm(tf, parameters.ones(prefix + "post_attention_layernorm", dimensions.hidden()));
        Routed routed = new Experts(tf, dimensions, parameters, prefix + "mlp.").apply(expertNorm.apply(attended));
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

    /**
     * What depends on the length of the batch alone: the rotary angles (Su et al. 2021, arXiv 2104.09864, in the layout
     * that rotates the two halves of a head) and the causal mask.
     */
    private static final class Positions {
        private static final float MASKED = -1e9f;

        private final Ops tf;
        private final Operand<TInt32> batchShape;
        private final Operand<TFloat32> cosine;
        private final Operand<TFloat32> sine;
        private final Operand<TFloat32> causalMask;

        /**
         * Positions of a batch.
         *
         * @param tokens {@code [B, S]}, right-padded: a causal mask then hides padding from every real token
         */
        Positions(Ops tf, Dimensions dimensions, Operand<TInt32> tokens) {
            this.tf = tf;
            batchShape = tf.shape(tokens);
            Operand<TInt32> length = tf.slice(batchShape, tf.constant(new int[] {1}), tf.constant(new int[] {1}));
            Operand<TInt32> width =
                    tf.concat(List.of(length, tf.constant(new int[] {dimensions.headDim()})), tf.constant(0));
            Operand<TInt32> origin = tf.constant(new int[] {0, 0});
            cosine = tf.slice(table(dimensions, true), origin, width);
            sine = tf.slice(table(dimensions, false), origin, width);
            Operand<TInt32> positions = tf.range(tf.constant(0), tf.squeeze(length), tf.constant(1));
            causalMask = tf.select(
                    tf.math.greaterEqual(
                            tf.expandDims(positions, tf.constant(1)), tf.expandDims(positions, tf.constant(0))),
                    tf.constant(0f),
                    tf.constant(MASKED));
        }

        /** {@code [2]}: prompts and their length. */
        Operand<TInt32> batchShape() {
            return batchShape;
        }

        /** {@code [S, S]}: 0 where a token may look, a very negative number where it may not. */
        Operand<TFloat32> causalMask() {
            return causalMask;
        }

        /** Rotates {@code [B, heads, S, headDim]} by each token's position. */
        Operand<TFloat32> rotate(Operand<TFloat32> x) {
            Split<TFloat32> halves = tf.split(tf.constant(3), x, 2L);
            Operand<TFloat32> turned = tf.concat(
                    List.of(tf.math.neg(halves.output().get(1)), halves.output().get(0)), tf.constant(3));
            return tf.math.add(tf.math.mul(x, cosine), tf.math.mul(turned, sine));
        }

        /** {@code [positions, headDim]}; angle of pair i at position p is {@code p * theta^(-2i/headDim)}. */
        private Operand<TFloat32> table(Dimensions dimensions, boolean ofCosine) {
            int headDim = dimensions.headDim();
            float[] table = new float[dimensions.positions() * headDim];
            for (int i = 0; i < table.length; i++) {
                int pair = i % headDim % (headDim / 2);
                int position = i / headDim;
                double angle = position * Math.pow(Dimensions.ROPE_THETA, -2.0 * pair / headDim);
                table[i] = (float) (ofCosine ? Math.cos(angle) : Math.sin(angle));
            }
            return tf.constant(Shape.of(dimensions.positions(), headDim), DataBuffers.of(table));
        }
    }

    /** Causal self-attention of OLMoE: queries and keys are normed over the whole projection before heads are split. */
    private static final class Attention {
        private final Ops tf;
        private final Dimensions dimensions;
        private final Variable<TFloat32> query;
        private final Variable<TFloat32> key;
        private final Variable<TFloat32> value;
        private final Variable<TFloat32> output;
        private final RmsNorm queryNorm;
        private final RmsNorm keyNorm;

        Attention(Ops tf, Dimensions dimensions, Parameters parameters, String prefix) {
            this.tf = tf;
            this.dimensions = dimensions;
            int hidden = dimensions.hidden();
            double deviation = 1 / Math.sqrt(hidden);
            query = parameters.normal(prefix + "q_proj", deviation, hidden, hidden);
            key = parameters.normal(prefix + "k_proj", deviation, hidden, hidden);
            value = parameters.normal(prefix + "v_proj", deviation, hidden, hidden);
            output = parameters.normal(prefix + "o_proj", deviation, hidden, hidden);
            queryNorm = new RmsNorm(tf, parameters.ones(prefix + "q_norm", hidden));
            keyNorm = new RmsNorm(tf, parameters.ones(prefix + "k_norm", hidden));
        }

        /** Tokens {@code [B*S, D]} in, the same shape out. */
        Operand<TFloat32> apply(Operand<TFloat32> x, Positions positions) {
            Operand<TFloat32> q = positions.rotate(heads(queryNorm.apply(tf.linalg.matMul(x, query)), positions));
            Operand<TFloat32> k = positions.rotate(heads(keyNorm.apply(tf.linalg.matMul(x, key)), positions));
            Operand<TFloat32> v = heads(tf.linalg.matMul(x, value), positions);
            Operand<TFloat32> scores =
                    tf.math.mul(batchMatMul(q, k, true), tf.constant((float) (1 / Math.sqrt(dimensions.headDim()))));
            Operand<TFloat32> attention = tf.nn.softmax(tf.math.add(scores, positions.causalMask()));
            Operand<TFloat32> mixed = tf.linalg.transpose(batchMatMul(attention, v, false), swap());
            return tf.linalg.matMul(tf.reshape(mixed, tf.constant(new int[] {-1, dimensions.hidden()})), output);
        }

        /** {@code [B*S, D]} to {@code [B, heads, S, headDim]}. */
        private Operand<TFloat32> heads(Operand<TFloat32> x, Positions positions) {
            Operand<TInt32> split = tf.concat(
                    List.of(positions.batchShape(), tf.constant(new int[] {dimensions.heads(), dimensions.headDim()})),
                    tf.constant(0));
            return tf.linalg.transpose(tf.reshape(x, split), swap());
        }

        private Operand<TInt32> swap() {
            return tf.constant(new int[] {0, 2, 1, 3});
        }

        /** BatchMatMulV2 runs on oneDNN; the V3 that the Java class makes does not. */
        private Operand<TFloat32> batchMatMul(Operand<TFloat32> a, Operand<TFloat32> b, boolean transposeB) {
            return tf.scope()
                    .env()
                    .opBuilder("BatchMatMulV2", tf.scope().makeOpName("BatchMatMulV2"), tf.scope())
                    .addInput(a.asOutput())
                    .addInput(b.asOutput())
                    .setAttr("adj_x", false)
                    .setAttr("adj_y", transposeB)
                    .build()
                    .output(0);
        }
    }

    /**
     * The router and experts of one layer. The router's softmax runs over all experts; the chosen ones are weighted with
     * their probabilities as they are, which do not sum to one. Each token is computed by its own experts only.
     */
    private static final class Experts {
        /** Small, so that every expert is tried before routing settles. */
        private static final double ROUTER_DEVIATION = 0.02;

        private final Ops tf;
        private final Dimensions dimensions;
        private final Variable<TFloat32> router;
        private final Variable<TFloat32> gate;
        private final Variable<TFloat32> up;
        private final Variable<TFloat32> down;

        Experts(Ops tf, Dimensions dimensions, Parameters parameters, String prefix) {
            this.tf = tf;
            this.dimensions = dimensions;
            int hidden = dimensions.hidden();
            int experts = dimensions.experts();
            int inner = dimensions.intermediate();
            double deviation = 1 / Math.sqrt(hidden);
            router = parameters.normal(prefix + "gate", ROUTER_DEVIATION, hidden, experts);
            gate = parameters.normal(prefix + "experts.gate_proj", deviation, experts, hidden, inner);
            up = parameters.normal(prefix + "experts.up_proj", deviation, experts, hidden, inner);
            down = parameters.normal(prefix + "experts.down_proj", 1 / Math.sqrt(inner), experts, inner, hidden);
        }

        /** Tokens {@code [T, D]} in. */
        Routed apply(Operand<TFloat32> x) {
            Operand<TFloat32> probabilities = tf.nn.softmax(tf.linalg.matMul(x, router));
            Operand<TInt32> chosen = tf.nn.topK(probabilities, tf.constant(dimensions.topK()), TInt32.class)
                    .indices();
            Operand<TFloat32> selected =
                    tf.oneHot(chosen, tf.constant(dimensions.experts()), tf.constant(1f), tf.constant(0f));
            // TopK has no gradient; the same weights read through the selection have.
            Operand<TFloat32> weights =
                    tf.sum(tf.math.mul(selected, tf.expandDims(probabilities, tf.constant(1))), tf.constant(2));
            return new Routed(dispatch(x, chosen, weights), probabilities, selected);
        }

        /** {@code [T, D]}: the weighted sum of what each chosen expert makes of its token. */
        private Operand<TFloat32> dispatch(Operand<TFloat32> x, Operand<TInt32> chosen, Operand<TFloat32> weights) {
            long experts = dimensions.experts();
            Operand<TInt32> owners = byRank(chosen);
            DynamicPartition<TFloat32> inputs = tf.dynamicPartition(
                    tf.concat(Collections.nCopies(dimensions.topK(), x), tf.constant(0)), owners, experts);
            DynamicPartition<TFloat32> shares = tf.dynamicPartition(byRank(weights), owners, experts);
            DynamicPartition<TInt32> places =
                    tf.dynamicPartition(tf.range(tf.constant(0), tf.size(owners), tf.constant(1)), owners, experts);
            Unstack<TFloat32> gates = tf.unstack(gate, experts);
            Unstack<TFloat32> ups = tf.unstack(up, experts);
            Unstack<TFloat32> downs = tf.unstack(down, experts);
            List<Operand<TInt32>> indices = new ArrayList<>();
            List<Operand<TFloat32>> outputs = new ArrayList<>();
            for (int expert = 0; expert < experts; expert++) {
                Operand<TFloat32> input = inputs.outputs().get(expert);
                Operand<TFloat32> gated = tf.linalg.matMul(input, gates.output().get(expert));
                Operand<TFloat32> silu = tf.math.mul(gated, tf.math.sigmoid(gated));
                Operand<TFloat32> inner =
                        tf.math.mul(silu, tf.linalg.matMul(input, ups.output().get(expert)));
                // Weighting before the last matrix is the same sum, on a narrower array.
                Operand<TFloat32> share = tf.expandDims(shares.outputs().get(expert), tf.constant(1));
                outputs.add(tf.linalg.matMul(
                        tf.math.mul(inner, share), downs.output().get(expert)));
                indices.add(places.outputs().get(expert));
            }
            Operand<TInt32> ranks = tf.constant(new int[] {dimensions.topK(), -1, dimensions.hidden()});
            return tf.sum(tf.reshape(tf.dynamicStitch(indices, outputs), ranks), tf.constant(0));
        }

        /** {@code [T, topK]} to {@code [topK*T]}: all first choices, then all second ones, and so on. */
        private <T extends TType> Operand<T> byRank(Operand<T> perToken) {
            return tf.reshape(
                    tf.linalg.transpose(perToken, tf.constant(new int[] {1, 0})), tf.constant(new int[] {-1}));
        }
    }

    /** {@code x / sqrt(mean(x²) + ε) * weight} over the last axis (Zhang and Sennrich 2019, arXiv 1910.07467). */
    private record RmsNorm(Ops tf, Variable<TFloat32> weight) {
        Operand<TFloat32> apply(Operand<TFloat32> x) {
            Operand<TFloat32> meanSquare = tf.math.mean(tf.math.square(x), tf.constant(-1), Mean.keepDims(true));
            Operand<TFloat32> scale = tf.math.rsqrt(tf.math.add(meanSquare, tf.constant(Dimensions.RMS_NORM_EPSILON)));
            return tf.math.mul(tf.math.mul(x, scale), weight);
        }
    }
}
