package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/** What follows the attention in a layer: one SwiGLU, or router, experts and, in some models, a shared expert. */
public final class FeedForwardBlock<E extends TFloating> {
    private final Ops tf;
    private final Blocks blocks;
    private final ModelConfig config;
    private final Class<E> type;
    private final Optional<ExpertChanges.Inputs> changes;
    private final Weights weights;

    FeedForwardBlock(
            Ops tf, ModelConfig config, Class<E> type, Optional<ExpertChanges.Inputs> changes, Weights weights) {
        this.tf = tf;
        this.blocks = new Blocks(tf);
        this.config = config;
        this.type = type;
        this.changes = changes;
        this.weights = weights;
    }

    /**
     * @param states [R, hidden] for the R rows whose output is wanted
     * @param routing what the router decided for all rows, where there is one
     */
    record Output(Operand<TFloat32> states, Optional<Routing> routing) {}

    /**
     * What the router decided.
     *
     * @param expertNorms [R, K]
     */
    public record Routing(RouterBlock.Decision decision, Operand<TFloat32> expertNorms) {}

    /**
     * @param x [T, hidden] normed input
     * @param answerRows [R] rows whose output is wanted; all of them if absent
     */
    Output build(Operand<TFloat32> x, FeedForward shape, Optional<? extends Operand<TInt32>> answerRows) {
        if (shape instanceof FeedForward.Dense dense) {
            Operand<E> output = swiGlu(wanted(x, answerRows), "mlp.", dense.intermediateSize());
            return new Output(blocks.cast(output, TFloat32.class), Optional.empty());
        }
        FeedForward.Sparse sparse = (FeedForward.Sparse) shape;
        RouterBlock.Decision decision = route(x, sparse);
        Operand<TFloat32> rows = wanted(x, answerRows);
        ExpertsBlock<E> experts = new ExpertsBlock<>(tf, sparse, config.expertNames(), config.hiddenSize(), type);
        ExpertsBlock.WeightedSum mixture = experts.build(
                rows, wanted(decision.experts(), answerRows), wanted(multipliers(decision), answerRows), weights);
        Operand<TFloat32> output = sparse.sharedExpertSize().isPresent()
                ? tf.math.add(
                        mixture.sum(),
                        sharedExpert(rows, sparse.sharedExpertSize().getAsInt()))
                : mixture.sum();
        return new Output(output, Optional.of(new Routing(decision, mixture.norms())));
    }

    private RouterBlock.Decision route(Operand<TFloat32> x, FeedForward.Sparse sparse) {
        WeightSpec<TFloat32> router = WeightSpec.matrix(
                config.expertNames().block() + ".gate.weight", sparse.experts(), config.hiddenSize(), TFloat32.class);
        return new RouterBlock(tf, sparse)
                .build(blocks.project(x, weights.value(router)), changes.map(ExpertChanges.Inputs::mask));
    }

    /** [T, K] what the outputs of the chosen experts are multiplied by. */
    private Operand<TFloat32> multipliers(RouterBlock.Decision decision) {
        return changes.<Operand<TFloat32>>map(
                        inputs -> tf.math.mul(decision.weights(), blocks.rows(inputs.scale(), decision.experts())))
                .orElse(decision.weights());
    }

    /** sigmoid(gate x) times a SwiGLU that every token passes (Qwen1.5-MoE). */
    private Operand<TFloat32> sharedExpert(Operand<TFloat32> x, int width) {
        WeightSpec<TFloat32> gate =
                WeightSpec.matrix("mlp.shared_expert_gate.weight", 1, config.hiddenSize(), TFloat32.class);
        Operand<TFloat32> share = tf.math.sigmoid(blocks.project(x, weights.value(gate)));
        Operand<E> output = swiGlu(x, "mlp.shared_expert.", width);
        return tf.math.mul(share, blocks.cast(output, TFloat32.class));
    }

    private Operand<E> swiGlu(Operand<TFloat32> x, String prefix, int width) {
        int hidden = config.hiddenSize();
        return blocks.swiGlu(
                blocks.cast(x, type),
                weights.value(
                        WeightSpec.stacked(prefix + "gate_proj.weight", prefix + "up_proj.weight", width, hidden, type),
                        x),
                weights.value(WeightSpec.matrix(prefix + "down_proj.weight", hidden, width, type), x));
    }

    private <T extends TType> Operand<T> wanted(Operand<T> x, Optional<? extends Operand<TInt32>> rows) {
        return rows.isPresent() ? blocks.rows(x, rows.get()) : x;
    }
}
