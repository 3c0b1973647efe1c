package io.gatehouse.engine.graph;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.Head;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.engine.graph.op.Blocks;
import io.gatehouse.engine.graph.op.WeightSpec;
import io.gatehouse.engine.graph.op.Weights;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The part of the graph after the layers: final norm and logits.
 *
 * @param weights a tied head reads the embedding's tensor; each part declares it, and they share it where the types
 *     agree
 * @param states [N, streams x hidden] output of the last layer
 * @param normed [N, hidden] states after the final norm
 * @param logits [N, vocabulary]
 */
public record HeadGraph(
        Weights weights, Placeholder<TFloat32> states, Operand<TFloat32> normed, Operand<TFloat32> logits) {
    /** Values of the head that are widened at a time: few enough for the cache. */
    private static final int WIDENED_VALUES = 1 << 21;

    static HeadGraph build(Ops tf, Checkpoint checkpoint, ModelConfig config, Class<? extends TFloating> type) {
        Weights weights = new Weights(tf, "head", checkpoint, List.of(""));
        Placeholder<TFloat32> states = tf.placeholder(TFloat32.class);
        Operand<TFloat32> read = config.streams()
                .<Operand<TFloat32>>map(streams -> new HyperConnection(
                                tf,
                                streams,
                                config.hiddenSize(),
                                config.head().norm().epsilon(),
                                weights)
                        .read(states, "model.streams"))
                .orElse(states);
        Operand<TFloat32> normed =
                new Blocks(tf).norm(read, config.head().norm(), "model.norm", config.hiddenSize(), weights);
        return new HeadGraph(weights, states, normed, logits(tf, config, type, weights, normed));
    }

    private static <T extends TFloating> Operand<TFloat32> logits(
            Ops tf, ModelConfig config, Class<T> type, Weights weights, Operand<TFloat32> normed) {
        Blocks blocks = new Blocks(tf);
        WeightSpec<T> spec = config.tieWordEmbeddings()
                ? EmbeddingGraph.spec(config, type)
                : WeightSpec.matrix("lm_head.weight", config.vocabSize(), config.hiddenSize(), type);
        Operand<? extends TFloating> stored = weights.stored(spec);
        Operand<T> input = blocks.cast(normed, type);
        Operand<T> logits = stored.type() == type
                ? blocks.project(input, weights.value(spec))
                : widenedInParts(tf, config, type, stored, input);
        return finished(tf, config, weights, blocks.cast(logits, TFloat32.class));
    }

    private static Operand<TFloat32> finished(Ops tf, ModelConfig config, Weights weights, Operand<TFloat32> product) {
        Head head = config.head();
        Blocks blocks = new Blocks(tf);
        Operand<TFloat32> biased = head.biased()
                ? tf.math.add(product, weights.value(WeightSpec.vector("lm_head.bias", config.vocabSize())))
                : product;
        Operand<TFloat32> scaled = blocks.times(biased, head.factor());
        return head.softCap().map(cap -> blocks.softCapped(scaled, cap)).orElse(scaled);
    }

    /** One part after the other: widened at once, the head of a large vocabulary would take twice its own memory more. */
    private static <T extends TFloating> Operand<T> widenedInParts(
            Ops tf, ModelConfig config, Class<T> type, Operand<? extends TFloating> stored, Operand<T> input) {
        int width = config.hiddenSize();
        int rows = Math.max(1, WIDENED_VALUES / width);
        List<Operand<T>> parts = new ArrayList<>();
        for (int from = 0; from < config.vocabSize(); from += rows) {
            List<Op> before = parts.isEmpty() ? List.of(input) : List.of(parts.get(parts.size() - 1));
            Ops after = tf.withControlDependencies(before);
            Operand<? extends TFloating> part =
                    after.slice(stored, tf.constant(new int[] {from, 0}), tf.constant(new int[] {
                        Math.min(rows, config.vocabSize() - from), width
                    }));
            parts.add(new Blocks(tf).project(input, new Blocks(after).cast(part, type)));
        }
        return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(1));
    }
}
