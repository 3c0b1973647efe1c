package io.gatehouse.engine.graph.feedforward;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.Mlp;
import io.gatehouse.checkpoint.config.Norm;
import io.gatehouse.checkpoint.config.Router;
import io.gatehouse.checkpoint.config.SharedExpert;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * What follows the mixer in a layer: one network for all tokens, or router and experts with what stands beside them in
 * some models.
 */
public final class FeedForwardBlock<E extends TFloating> {
    private final Ops tf;
    private final Blocks blocks;
    private final int hiddenSize;
    private final Norm norm;
    private final Class<E> type;
    private final Optional<ExpertChanges.Inputs> changes;
    private final Weights weights;

    /** @param norm kind of the norms within the block, where there are any */
    public FeedForwardBlock(
            Ops tf, int hiddenSize, Norm norm, Class<E> type, Optional<ExpertChanges.Inputs> changes, Weights weights) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.hiddenSize = hiddenSize;
        this.norm = norm;
        this.type = type;
        this.changes = changes;
        this.weights = weights;
    }

    /**
     * What the block computes.
     *
     * @param states [R, hidden] for the R rows whose output is wanted
     * @param routing what the router decided for all rows, where there is one
     */
    public record Output(Operand<TFloat32> states, Optional<Routing> routing) {}

    /**
     * What the router decided.
     *
     * @param expertNorms [R, K]
     */
    public record Routing(RouterBlock.Decision decision, Operand<TFloat32> expertNorms) {}

    /**
     * Adds the block to the graph.
     *
     * @param x [T, hidden] normed input
     * @param stream [T, hidden] the residual stream
     * @param answerRows [R] rows whose output is wanted; all of them if absent
     */
    public Output build(
            Operand<TFloat32> x,
            Operand<TFloat32> stream,
            FeedForward shape,
            Optional<? extends Operand<TInt32>> answerRows) {
        if (shape instanceof FeedForward.Dense dense) {
            return new Output(dense(wanted(x, answerRows), "mlp.", dense.mlp()), Optional.empty());
        }
        FeedForward.Sparse sparse = (FeedForward.Sparse) shape;
        RouterBlock.Decision decision = route(x, stream, sparse);
        Operand<TFloat32> rows = wanted(x, answerRows);
        Operand<TFloat32> input = sparse.beside().isPresent()
                ? blocks.norm(wanted(stream, answerRows), norm, "mlp.experts_input_norm", hiddenSize, weights)
                : rows;
        ExpertsBlock.WeightedSum mixture = mixture(input, decision, sparse, answerRows);
        Operand<TFloat32> routed = blocks.times(latentOutput(mixture.sum(), sparse), outputScale(sparse));
        Operand<TFloat32> shared = sparse.shared()
                .<Operand<TFloat32>>map(
                        expert -> blocks.times(tf.math.add(routed, sharedExpert(rows, expert)), expert.factor()))
                .orElse(routed);
        Operand<TFloat32> output = sparse.beside()
                .<Operand<TFloat32>>map(block -> beside(rows, block, shared))
                .orElse(shared);
        return new Output(output, Optional.of(new Routing(decision, mixture.norms())));
    }

    private static float outputScale(FeedForward.Sparse sparse) {
        return sparse.router() instanceof Router.Scored scored
                ? scored.weights().outputScale()
                : 1;
    }

    /**
     * Adds the router alone.
     *
     * @param x [T, hidden] normed input
     * @param stream [T, hidden] the residual stream
     */
    public RouterBlock.Decision route(Operand<TFloat32> x, Operand<TFloat32> stream, FeedForward.Sparse sparse) {
        boolean ofResidual = sparse.router() instanceof Router.Scored scored
                && scored.logits().input() == Router.Input.RESIDUAL;
        WeightSpec<TFloat32> router =
                WeightSpec.matrix("mlp.gate.weight", sparse.experts(), hiddenSize, TFloat32.class);
        return new RouterBlock(tf, sparse.router(), sparse.experts(), sparse.topK(), weights)
                .build(blocks.project(ofResidual ? routerInput(stream) : x, weights.value(router)), changes);
    }

    /** The stream, normed without weight, times a stored vector and 1 / sqrt(hidden). */
    private Operand<TFloat32> routerInput(Operand<TFloat32> stream) {
        Operand<TFloat32> normed = blocks.unweighted(stream, hiddenSize, norm.epsilon());
        Operand<TFloat32> scale = weights.value(WeightSpec.vector("mlp.gate.scale", hiddenSize));
        return tf.math.mul(tf.math.mul(normed, scale), tf.constant((float) (1 / Math.sqrt(hiddenSize))));
    }

    private ExpertsBlock.WeightedSum mixture(
            Operand<TFloat32> rows,
            RouterBlock.Decision decision,
            FeedForward.Sparse sparse,
            Optional<? extends Operand<TInt32>> answerRows) {
        boolean onInput = sparse.router() instanceof Router.Scored scored
                && scored.weights().onInput();
        Operand<TFloat32> own = onInput ? tf.onesLike(decision.weights()) : decision.weights();
        Operand<TFloat32> multipliers = changes.<Operand<TFloat32>>map(
                        inputs -> tf.math.mul(own, blocks.rows(inputs.scale(), decision.experts())))
                .orElse(own);
        return new ExpertsBlock<>(tf, sparse, sparse.width(hiddenSize), type)
                .build(
                        latentInput(rows, sparse),
                        wanted(decision.experts(), answerRows),
                        onInput ? Optional.of(wanted(decision.weights(), answerRows)) : Optional.empty(),
                        wanted(multipliers, answerRows),
                        weights);
    }

    private Operand<TFloat32> latentInput(Operand<TFloat32> rows, FeedForward.Sparse sparse) {
        if (sparse.latent().isEmpty()) {
            return rows;
        }
        int size = sparse.latent().get().size();
        Operand<TFloat32> narrow = project(rows, "mlp.latent_input.weight", size, hiddenSize);
        return sparse.latent()
                .get()
                .norm()
                .<Operand<TFloat32>>map(own -> blocks.norm(narrow, own, "mlp.latent_norm", size, weights))
                .orElse(narrow);
    }

    private Operand<TFloat32> latentOutput(Operand<TFloat32> sum, FeedForward.Sparse sparse) {
        return sparse.latent()
                .<Operand<TFloat32>>map(latent -> project(sum, "mlp.latent_output.weight", hiddenSize, latent.size()))
                .orElse(sum);
    }

    private Operand<TFloat32> project(Operand<TFloat32> x, String tensor, int out, int in) {
        Operand<E> weight = weights.value(WeightSpec.matrix(tensor, out, in, type), x);
        return blocks.cast(blocks.project(blocks.cast(x, type), weight), TFloat32.class);
    }

    /** A network that every token passes, times sigmoid(w x) in some models (Qwen1.5-MoE). */
    private Operand<TFloat32> sharedExpert(Operand<TFloat32> x, SharedExpert expert) {
        if (!expert.gated()) {
            return dense(x, "mlp.shared_expert.", expert.mlp());
        }
        WeightSpec<TFloat32> gate = WeightSpec.matrix("mlp.shared_expert_gate.weight", 1, hiddenSize, TFloat32.class);
        Operand<TFloat32> share = tf.math.sigmoid(blocks.project(x, weights.value(gate)));
        return tf.math.mul(share, dense(x, "mlp.shared_expert.", expert.mlp()));
    }

    /** norm(block(x)) + norm(mixture). */
    private Operand<TFloat32> beside(Operand<TFloat32> rows, Mlp block, Operand<TFloat32> mixture) {
        return tf.math.add(
                blocks.norm(dense(rows, "mlp.", block), norm, "mlp.dense_output_norm", hiddenSize, weights),
                blocks.norm(mixture, norm, "mlp.experts_output_norm", hiddenSize, weights));
    }

    /** A network of rows x [R, hidden] whose projections stand under {@code prefix}. */
    public Operand<TFloat32> dense(Operand<TFloat32> x, String prefix, Mlp mlp) {
        return blocks.cast(blocks.mlp(blocks.cast(x, type), mlp, hiddenSize, type, x, prefix, weights), TFloat32.class);
    }

    private <T extends TType> Operand<T> wanted(Operand<T> x, Optional<? extends Operand<TInt32>> rows) {
        return rows.isPresent() ? blocks.rows(x, rows.get()) : x;
    }
}
