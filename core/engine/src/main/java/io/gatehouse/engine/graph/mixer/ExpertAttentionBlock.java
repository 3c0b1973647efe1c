package io.gatehouse.engine.graph.mixer;

import io.gatehouse.checkpoint.config.ExpertAttention;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.engine.graph.feedforward.FeedForwardBlock;
import io.gatehouse.engine.graph.feedforward.RouterBlock;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.Linear;
import io.gatehouse.engine.graph.op.Slots;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Attention whose query and output projections are experts (JetMoe, arXiv 2404.07413, section 2.2). */
final class ExpertAttentionBlock<A extends TFloating> implements MixerBlock {
    private final Ops tf;
    private final Blocks blocks;
    private final ExpertAttention mixer;
    private final int hidden;
    private final Class<A> type;
    private final AttentionBlock<A> attention;

    /** @param prefixed whether prompts follow a prefix whose keys and values are fed */
    ExpertAttentionBlock(
            Ops tf, ExpertAttention mixer, int hidden, Class<A> type, LayerInputs inputs, boolean prefixed) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.mixer = mixer;
        this.hidden = hidden;
        this.type = type;
        this.attention = new AttentionBlock<>(tf, mixer.attention(), hidden, type, inputs, prefixed);
    }

    @Override
    public List<Placeholder<? extends TFloating>> past() {
        return attention.past();
    }

    @Override
    public Output build(Operand<TFloat32> x, Weights weights) {
        int width = mixer.queryWidth();
        Operand<TFloat32> router =
                weights.value(WeightSpec.matrix("self_attn.gate.weight", mixer.experts(), hidden, TFloat32.class));
        RouterBlock.Decision decision = new RouterBlock(
                        tf, Router.softmaxOfChosen(), mixer.experts(), mixer.topK(), weights)
                .build(blocks.project(x, router), Optional.empty());
        Slots slots = new Slots(tf, decision.experts(), mixer.experts());
        Operand<A> input = blocks.cast(x, type);
        Operand<A> queries = slots.map((expert, own) -> project(
                blocks.rows(input, tf.math.floorDiv(own, tf.constant(mixer.topK()))),
                "experts.%d.q_proj".formatted(expert),
                width,
                hidden,
                weights));
        Linear<A> linear = new Linear<>(tf, "self_attn.", type, weights);
        AttentionBlock.Attended<A> attended = attention.attended(
                x,
                blocks.cast(exchanged(queries, mixer.topK(), heads()), TFloat32.class),
                linear.of(x, "k_proj", width, hidden, false),
                linear.of(x, "v_proj", width, hidden, false),
                weights);
        Operand<A> context =
                tf.reshape(exchanged(attended.context(), heads(), mixer.topK()), tf.constant(new int[] {-1, width}));
        Operand<A> outputs = slots.map((expert, own) ->
                project(blocks.rows(context, own), "experts.%d.o_proj".formatted(expert), hidden, width, weights));
        Operand<TFloat32> byRank =
                tf.reshape(blocks.cast(outputs, TFloat32.class), tf.constant(new int[] {-1, mixer.topK(), hidden}));
        Operand<TFloat32> sum =
                tf.sum(tf.math.mul(byRank, tf.expandDims(decision.weights(), tf.constant(2))), tf.constant(1));
        return new Output(
                tf.math.add(sum, linear.vector("output_bias", hidden)),
                attended.state(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new FeedForwardBlock.Routing(decision, tf.linalg.euclideanNorm(byRank, tf.constant(2)))),
                attended.state());
    }

    private int heads() {
        return mixer.attention().keyValueHeads();
    }

    /** Rows of first x second x dim entries as second x first x dim: heads that share a key-value head stand together. */
    private Operand<A> exchanged(Operand<A> x, int first, int second) {
        int dim = mixer.attention().headDim();
        Operand<A> turned = tf.linalg.transpose(
                tf.reshape(x, tf.constant(new int[] {-1, first, second, dim})), tf.constant(new int[] {0, 2, 1, 3}));
        return tf.reshape(turned, tf.constant(new int[] {-1, first * second * dim}));
    }

    private Operand<A> project(Operand<A> rows, String name, int out, int in, Weights weights) {
        return blocks.project(
                rows, weights.value(WeightSpec.matrix("self_attn." + name + ".weight", out, in, type), rows));
    }
}
